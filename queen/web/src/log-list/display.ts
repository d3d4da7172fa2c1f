/**
 * A line's text as pieces to draw. Log text is hostile: control and direction characters become
 * visible symbols, and everything ends up in text nodes.
 */
import { ansiRuns } from './ansi.ts';

/** Places in a line, in UTF-16 offsets. */
export interface Mark {
  readonly from: number;
  readonly to: number;
}

/** `value` is a token that differs from line to line; `mark` a matched word; `symbol` a stand-in. */
export interface Piece {
  readonly text: string;
  readonly kind: 'text' | 'value' | 'mark' | 'symbol';
  /** Classes of the terminal's colours that it was written in. */
  readonly ansi?: string;
}

/** Tokens with a digit are values: numbers, addresses, ids. The rest is the line's template. */
const TOKEN = /[^\s"'`=[\](){}<>,;|]+/g;
/** Punctuation around a token that is not part of the value. */
const EDGE = ':.';
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** What to draw of a line. */
export interface DisplayOptions {
  /** Characters at the head that are not drawn, because columns show them. */
  readonly skip?: number;
  /** Characters drawn at most. */
  readonly charactersMax: number;
  /** Line breaks stay what they are, instead of a symbol. */
  readonly keepBreaks?: boolean;
}

/** Cuts a line into pieces. `marks` are ordered and do not overlap. */
export function displayPieces(
  body: string,
  marks: readonly Mark[],
  options: DisplayOptions,
): Piece[] {
  const from = options.skip ?? 0;
  const end = Math.min(
    body.endsWith('\r') ? body.length - 1 : body.length,
    from + options.charactersMax,
  );
  const pieces: Piece[] = [];
  for (const run of ansiRuns(body, from, end)) {
    const drawn: Piece[] = [];
    pushRun(drawn, body, marks, { ...options, from: run.from, to: run.to });
    const { className } = run;
    pieces.push(...(className ? drawn.map((piece) => ({ ...piece, ansi: className })) : drawn));
  }
  return pieces;
}

function pushRun(
  pieces: Piece[],
  body: string,
  marks: readonly Mark[],
  options: DisplayOptions & Mark,
): void {
  let at = options.from;
  for (const mark of marks) {
    const start = Math.max(mark.from, at);
    const stop = Math.min(mark.to, options.to);
    if (start >= stop) continue;
    pushValues(pieces, body.slice(at, start), options);
    pushSafe(pieces, body.slice(start, stop), 'mark', options);
    at = stop;
  }
  pushValues(pieces, body.slice(at, options.to), options);
}

/** Linear in the text's length, whatever it holds. */
function pushValues(pieces: Piece[], text: string, options: DisplayOptions): void {
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const token = match[0];
    if (!/\d/.test(token)) continue;
    let from = 0;
    let to = token.length;
    while (EDGE.includes(token.charAt(from))) from++;
    while (EDGE.includes(token.charAt(to - 1))) to--;
    pushSafe(pieces, text.slice(at, match.index + from), 'text', options);
    pushSafe(pieces, token.slice(from, to), 'value', options);
    at = match.index + to;
  }
  pushSafe(pieces, text.slice(at), 'text', options);
}

function pushSafe(
  pieces: Piece[],
  text: string,
  kind: Piece['kind'],
  options: DisplayOptions,
): void {
  let at = 0;
  for (const match of text.matchAll(UNSAFE)) {
    const character = match[0];
    if (character === '\n' && options.keepBreaks) continue;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), kind });
    at = match.index + 1;
    if (character === '\r' && text[at] === '\n') continue;
    pieces.push({ text: symbolFor(character), kind: 'symbol' });
  }
  if (at < text.length) pieces.push({ text: text.slice(at), kind });
}

/** `^[` for escape, `^J` for a line break (as terminals write them), `⟨U+202E⟩` for what has no key. */
function symbolFor(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  if (code === 0x7f) return '^?';
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** A name or value from a log as one safe string. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, symbolFor);
}
