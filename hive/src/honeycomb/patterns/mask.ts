/**
 * What of a line varies, told from the line alone: numbers and what bears digits, long hexadecimal words,
 * paths and URLs, host names, days and months of dates. The same rules for all kinds of logs.
 */
import { MASKED_WORDS_KEPT_MAX, PATTERN_WORDS_MAX } from '@apiary/common/limits/patterns.ts';
import { lineWords, REST, SLOT } from '@apiary/common/query/line-pattern.ts';

/** Text between separators, or a path, which bears some of them; then separators. */
const PIECE = /(\.{0,2}\/[^"'()[\]{}<>|;,\s]*|[^=:,;()[\]{}"'|<>@\s]+)|([=:,;()[\]{}"'|<>@]+)/g;
const HEXADECIMAL = /^[0-9a-f]{8,}$/i;
const HOST =
  /^(?=.*[a-z])[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.(?:com|net|org|edu|gov|mil|int|info|biz|io|local|lan|internal|localdomain|arpa|[a-z]{2})$/i;
/** `threshold................3`: what leads to the number stays. */
const LEADER = /^[A-Za-z]+\.{3,}(?=.*\d)/;
const EMPTY = new Set(['()', '[]', '{}', '""', "''", '<>']);
const CALENDAR = new Set(
  'mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec'.split(' '),
);
const ZONES = new Set('UTC GMT PDT PST EDT EST CDT CST MDT MST CET CEST'.split(' '));
/** Two hexadecimal digits beside others behind a colon, as in hardware addresses. */
const PAIR_BEFORE = /(?<!\w)[0-9a-f]{2}(?=:(?:<\*>|[0-9a-f]{2}(?!\w)))/gi;
const PAIR_BEHIND = /(?<=<\*>:)[0-9a-f]{2}(?!\w)/gi;
const JOINED = /<\*>(?:[:,@]<\*>)+/g;

const known = new Map<string, string>();

/** The words of a line with slots for what varies. */
export function maskLine(words: readonly string[]): string[] {
  const masked = words.map(maskWord);
  for (let index = masked.length - 1; index >= 0; index--) {
    const word = masked[index] ?? '';
    const isBeside = (other: string | undefined) => other?.startsWith(SLOT) ?? false;
    if (word.length > 4 || word.includes(SLOT)) continue;
    const inDate = isBeside(masked[index - 1]) || isBeside(masked[index + 1]);
    if (inDate && CALENDAR.has(word.replace(/,$/, '').toLowerCase())) masked[index] = SLOT;
    else if (isBeside(masked[index - 1]) && ZONES.has(word)) masked[index] = SLOT;
  }
  return masked;
}

/** A line's words, so many that a pattern of them is worth reading; the rest is {@link REST}. */
export function patternWords(body: string, timestampLength: number): string[] {
  const words = lineWords(body, timestampLength);
  if (words.length <= PATTERN_WORDS_MAX) return words;
  return [...words.slice(0, PATTERN_WORDS_MAX), REST];
}

function maskWord(word: string): string {
  if (word === REST) return word;
  let masked = known.get(word);
  if (masked === undefined) {
    masked = maskFresh(word);
    if (known.size >= MASKED_WORDS_KEPT_MAX) known.clear();
    known.set(word, masked);
  }
  return masked;
}

function maskFresh(word: string): string {
  if (EMPTY.has(word)) return `${word[0]}${SLOT}${word[1]}`;
  const pieces = word.replace(PIECE, (piece: string, text: string | undefined) =>
    text === undefined ? piece : maskPiece(text),
  );
  if (!pieces.includes(SLOT)) return pieces;
  return pieces.replace(PAIR_BEFORE, SLOT).replace(PAIR_BEHIND, SLOT).replace(JOINED, SLOT);
}

function maskPiece(text: string): string {
  const ending = /[.:!?]*$/.exec(text)?.[0] ?? '';
  const own = text.slice(0, text.length - ending.length);
  if (own.length > 1 && isPath(own)) return `${SLOT}${ending}`;
  const leader = LEADER.exec(text)?.[0];
  if (leader !== undefined) return `${leader}${SLOT}`;
  if (/\d/.test(own) || HEXADECIMAL.test(own) || HOST.test(own)) return `${SLOT}${ending}`;
  return text;
}

function isPath(text: string): boolean {
  return /^\.{0,2}\//.test(text) || text.indexOf('/') !== text.lastIndexOf('/');
}
