/**
 * Finds words in sequence in folded text: the heart of terms, phrases, wildcards and fuzzy words.
 */
import type { Span } from './ast.ts';
import { alignWords } from './sloppy.ts';
import { isWordCode, wordsOf } from './words.ts';

/** What one word of a line must be. */
export interface WordTest {
  /** The word itself, where only one will do. */
  readonly exact: string | undefined;
  /** A text that every accepted word contains; empty if there is none. */
  readonly needle: string;
  accepts(word: string): boolean;
}

/** The test for exactly this (folded) word. */
export function exactWord(word: string): WordTest {
  return { exact: word, needle: word, accepts: (candidate) => candidate === word };
}

/** Words wanted in sequence. Without any word it is `literal` that is sought. */
export interface WordSequence {
  readonly words: readonly WordTest[];
  readonly literal: string;
  /**
   * Moves allowed, as Lucene counts them: the spread of (place in the line − place in the phrase).
   */
  readonly slop: number;
}

/** The first match that begins at `from` or later, or undefined. */
export function findWords(sequence: WordSequence, text: string, from: number): Span | undefined {
  const { words, literal, slop } = sequence;
  const [first] = words;
  if (!first) {
    const at = literal === '' ? -1 : text.indexOf(literal, from);
    return at < 0 ? undefined : { from: at, to: at + literal.length };
  }
  for (const word of words) {
    if (word.needle !== '' && text.indexOf(word.needle, from) < 0) return undefined;
  }
  if (slop > 0 && words.length > 1) {
    return alignWords(
      words,
      slop,
      wordsOf(text).filter((word) => word.from >= from),
    );
  }
  return first.exact === undefined
    ? findByWord(words, first, text, from)
    : findExact(words, first.exact, text, from);
}

function findExact(
  words: readonly WordTest[],
  first: string,
  text: string,
  from: number,
): Span | undefined {
  let at = text.indexOf(first, from);
  while (at >= 0) {
    const end = at + first.length;
    const whole =
      (at === 0 || !isWordCode(text.charCodeAt(at - 1))) &&
      (end === text.length || !isWordCode(text.charCodeAt(end)));
    const to = whole ? followWords(words, text, end) : -1;
    if (to >= 0) return { from: at, to };
    at = text.indexOf(first, at + 1);
  }
  return undefined;
}

function findByWord(
  words: readonly WordTest[],
  first: WordTest,
  text: string,
  from: number,
): Span | undefined {
  let at = from;
  // A word that began before `from` is not one that begins at or after it.
  if (at > 0 && isWordCode(text.charCodeAt(at - 1))) at = wordEnd(text, at);
  for (;;) {
    at = wordStart(text, at);
    if (at >= text.length) return undefined;
    const end = wordEnd(text, at);
    if (first.accepts(text.slice(at, end))) {
      const to = followWords(words, text, end);
      if (to >= 0) return { from: at, to };
    }
    at = end;
  }
}

/** Where the last word ends if the second and later words stand right behind `at`; else -1. */
function followWords(words: readonly WordTest[], text: string, at: number): number {
  let end = at;
  for (let index = 1; index < words.length; index++) {
    const start = wordStart(text, end);
    if (start >= text.length) return -1;
    end = wordEnd(text, start);
    if (!words[index]?.accepts(text.slice(start, end))) return -1;
  }
  return end;
}

function wordStart(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isWordCode(text.charCodeAt(at))) at++;
  return at;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWordCode(text.charCodeAt(at))) at++;
  return at;
}
