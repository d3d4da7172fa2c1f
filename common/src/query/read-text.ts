/** Reads the unquoted, quoted and slashed pieces of a query, resolving escapes. */
import type { QueryError, WildcardPart } from './ast.ts';

/** What a reader found: where it ended, and the first error on the way. */
interface Piece {
  readonly to: number;
  readonly error?: QueryError;
}

/** Unquoted text. `parts` keeps wildcards apart; `text` shows them as they were typed. */
export interface TextPiece extends Piece {
  readonly text: string;
  readonly parts: readonly WildcardPart[];
}

const SPACE = /\s/;
const HEX_4 = /[0-9a-f]{4}/iy;
const HEX_1 = /[0-9a-f]/i;
const WINDOWS_PATH = /(?:[a-z]:\\|\\\\[a-z0-9])/iy;
const TILDE_SUFFIX = /~(?:\d+(?:\.\d+)?)?(?=$|[\s)^])/y;
const BOOST_SUFFIX = /\^\d+(?:\.\d+)?(?=$|[\s)~])/y;
const URL_PARAMETER = /\?[\w.-]+=/y;

/** True for white space. */
export function isSpace(character: string | undefined): boolean {
  return character !== undefined && SPACE.test(character);
}

/** Tests a sticky expression at one place and gives the text it took. */
export function takeAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/**
 * Resolves the escape at `at` (a backslash). Before a letter or digit a backslash is itself, as in
 * `C:\logs`; `\u` with a hexadecimal digit must have four of them.
 */
export function readEscape(
  source: string,
  at: number,
  lenient: boolean,
): { text: string; to: number; error?: QueryError } {
  const next = source[at + 1];
  if (next === undefined) return { text: '\\', to: at + 1 };
  if (next === 'u') {
    const hex = takeAt(HEX_4, source, at + 2);
    if (hex !== undefined) {
      return { text: String.fromCharCode(Number.parseInt(hex, 16)), to: at + 6 };
    }
    if (!lenient && HEX_1.test(source[at + 2] ?? '')) {
      let to = at + 2;
      while (to < at + 6 && /[0-9a-z]/i.test(source[to] ?? '')) to++;
      const error = {
        message: 'After \\u come four hexadecimal digits, as in \\u0062.',
        from: at,
        to,
        expected: 'four hexadecimal digits',
        fix: { from: at, to: at, insert: '\\', label: 'Take the backslash as text' },
      };
      return { text: '\\u', to: at + 2, error };
    }
  }
  if (/[a-z0-9]/i.test(next)) return { text: '\\', to: at + 1 };
  return { text: next, to: at + 2 };
}

/** Collects wildcard parts so that like parts never stand side by side. */
class PartsBuilder {
  readonly #parts: WildcardPart[] = [];
  #literal = '';

  add(text: string): void {
    this.#literal += text;
  }

  wildcard(kind: 'one' | 'many'): void {
    this.#flush();
    if (kind === 'many' && this.#parts.at(-1)?.kind === 'many') return;
    this.#parts.push({ kind });
  }

  finish(): WildcardPart[] {
    this.#flush();
    return this.#parts;
  }

  #flush(): void {
    if (this.#literal !== '') this.#parts.push({ kind: 'literal', text: this.#literal });
    this.#literal = '';
  }
}

/**
 * True where unquoted text ends: white space, a quote, a parenthesis (but not the `()` of
 * `main()`).
 */
function endsText(source: string, at: number, from: number): boolean {
  const character = source[at];
  if (character === undefined || character === '"' || character === ')') return true;
  if (character === '(') return at === from || source[at + 1] !== ')';
  if (character === '~') return at > from && takeAt(TILDE_SUFFIX, source, at) !== undefined;
  if (character === '^') return at > from && takeAt(BOOST_SUFFIX, source, at) !== undefined;
  return isSpace(character);
}

/** Reads unquoted text from `from`; brackets, slashes and colons inside belong to it. */
export function readText(source: string, from: number): TextPiece {
  const parts = new PartsBuilder();
  const windows = takeAt(WINDOWS_PATH, source, from) !== undefined;
  let at = from;
  let text = '';
  let error: QueryError | undefined;
  const add = (piece: string, to: number) => {
    text += piece;
    parts.add(piece);
    at = to;
  };
  while (!endsText(source, at, from)) {
    const character = source[at] ?? '';
    if (character === '\\') {
      const escaped = readEscape(source, at, windows);
      error ??= escaped.error;
      add(escaped.text, escaped.to);
    } else if (character === '(') {
      add('()', at + 2);
    } else if (character === '*' || (character === '?' && !isUrlQuestion(source, from, at))) {
      parts.wildcard(character === '*' ? 'many' : 'one');
      text += character;
      at++;
    } else {
      add(character, at + 1);
    }
  }
  return { text, parts: parts.finish(), to: at, ...(error && { error }) };
}

/** The `?` of `http://a/b?c` and `/path?key=value` is no wildcard. */
function isUrlQuestion(source: string, from: number, at: number): boolean {
  return source.slice(from, at).includes('://') || takeAt(URL_PARAMETER, source, at) !== undefined;
}

/** Reads a quoted phrase whose opening quote is at `from`. */
export function readPhrase(source: string, from: number): Piece & { readonly text: string } {
  let text = '';
  let at = from + 1;
  let error: QueryError | undefined;
  while (at < source.length) {
    const character = source[at] ?? '';
    if (character === '"') return { text, to: at + 1, ...(error && { error }) };
    if (character === '\\') {
      const escaped = readEscape(source, at, false);
      error ??= escaped.error;
      text += escaped.text;
      at = escaped.to;
    } else {
      text += character;
      at++;
    }
  }
  const open = {
    message: 'This quote is not closed.',
    from,
    to: source.length,
    expected: '"',
    fix: { from: source.length, to: source.length, insert: '"', label: 'Close the quote' },
  };
  return { text, to: source.length, error: open };
}

/**
 * Reads `/source/` at `from`. Undefined unless the next bare slash ends the word: `/var/log/x` is a
 * path.
 */
export function readRegex(
  source: string,
  from: number,
): { source: string; to: number } | undefined {
  let text = '';
  for (let at = from + 1; at < source.length; at++) {
    const character = source[at] ?? '';
    if (character === '\\' && at + 1 < source.length) {
      const next = source[at + 1] ?? '';
      text += character + next;
      at++;
    } else if (character === '/') {
      const after = source[at + 1];
      const ends = after === undefined || after === ')' || after === '^' || isSpace(after);
      return ends && text !== '' ? { source: text, to: at + 1 } : undefined;
    } else {
      text += character;
    }
  }
  return undefined;
}
