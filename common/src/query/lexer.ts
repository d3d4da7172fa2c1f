/**
 * Cuts a query into tokens with their places. It never fails: what cannot be read becomes an
 * `invalid` token that carries the error, so that an editor can colour a half-typed query.
 */
import type { QueryError } from './ast.ts';
import { fieldAt } from './field-name.ts';
import { isSpace, readEscape, readPhrase, readRegex, readText, takeAt } from './read-text.ts';
import type { Token } from './token.ts';

const TILDE = /~(\d*(?:\.\d+)?)/y;
const BOOST = /\^\d+(?:\.\d+)?/y;
const COMPARE = /[<>]=?/y;
const KEYWORD = /(?:AND|OR|NOT)(?=$|[\s()"])/y;
/**
 * What a prefix operator must be glued to; before anything else it is text, as in `->` or `a - b`.
 */
const PREFIX = /(?:-(?!-)|[+!])(?!\s)(?=[\p{L}\p{N}_"(/*?\\.[{!+#@$%'\u0080-\u{10ffff}-])/uy;
const KEYWORD_KINDS = { AND: 'and', OR: 'or', NOT: 'not' } as const;

/** The tokens of a query's text, in order. White space gives none. */
export function tokenize(source: string): Token[] {
  return new Lexer(source).run();
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  run(): Token[] {
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#source.length) return this.#tokens;
      if (!this.#operator()) this.#clause();
    }
  }

  #skipSpace(): void {
    while (isSpace(this.#source[this.#at])) this.#at++;
  }

  /** Pushes a token that ends at `to` and moves there. */
  #push(token: DistributiveOmit<Token, 'from' | 'to'>, to: number): void {
    // A token without its place plus its place is a token; TypeScript cannot see that through a
    // union.
    this.#tokens.push({ ...token, from: this.#at, to } as Token);
    this.#at = to;
  }

  #invalid(error: QueryError, to: number): void {
    this.#push({ kind: 'invalid', error }, to);
  }

  /** Parentheses, keywords and prefixes. */
  #operator(): boolean {
    const source = this.#source;
    const at = this.#at;
    const character = source[at];
    if (character === '(') this.#push({ kind: 'open' }, at + 1);
    else if (character === ')') this.#close();
    else if (source.startsWith('&&', at)) this.#push({ kind: 'and' }, at + 2);
    else if (source.startsWith('||', at)) this.#push({ kind: 'or' }, at + 2);
    else {
      const keyword = takeAt(KEYWORD, source, at);
      const prefix = keyword === undefined ? takeAt(PREFIX, source, at) : undefined;
      if (keyword !== undefined) {
        // The pattern admits these three words alone.
        const kind = KEYWORD_KINDS[keyword as keyof typeof KEYWORD_KINDS];
        this.#push({ kind }, at + keyword.length);
      } else if (prefix !== undefined) {
        this.#push({ kind: prefix === '+' ? 'require' : 'not' }, at + 1);
      } else return false;
    }
    return true;
  }

  #close(): void {
    this.#push({ kind: 'close' }, this.#at + 1);
    this.#boost();
  }

  /** A field with its value, or a value alone. */
  #clause(): void {
    const field = fieldAt(this.#source, this.#at);
    if (!field) {
      this.#value(undefined);
      return;
    }
    const { name, escaped, valueAt } = field;
    this.#push({ kind: 'field', name, escaped }, field.to);
    this.#at = valueAt;
    if (this.#source[valueAt] === '(') {
      this.#push({ kind: 'open' }, valueAt + 1);
      return;
    }
    const compare = takeAt(COMPARE, this.#source, valueAt);
    if (compare !== undefined) {
      // The pattern admits these four alone.
      const operator = compare as '>' | '>=' | '<' | '<=';
      this.#push({ kind: 'compare', operator }, valueAt + compare.length);
      this.#skipSpace();
      if (this.#source[this.#at] === '"') this.#phrase();
      else if (this.#at < this.#source.length) this.#text();
      return;
    }
    this.#value(name);
  }

  #value(field: string | undefined): void {
    const source = this.#source;
    const at = this.#at;
    const character = source[at];
    if (character === '"') this.#phrase();
    else if (character === '[' || character === '{') this.#range(character === '[');
    else if (character === '/') this.#slash(field);
    else if (field === undefined && (character === ']' || character === '}')) {
      const error = {
        message: `This ${character} closes nothing.`,
        from: at,
        to: at + 1,
        expected: 'a word',
        fix: { from: at, to: at + 1, insert: '', label: `Take out ${character}` },
      };
      this.#invalid(error, at + 1);
    } else this.#text();
  }

  #text(): void {
    const piece = readText(this.#source, this.#at);
    if (piece.error) this.#invalid(piece.error, piece.to);
    else if (piece.to > this.#at) {
      this.#push({ kind: 'text', text: piece.text, parts: piece.parts }, piece.to);
    }
    this.#suffixes();
  }

  #phrase(): void {
    const piece = readPhrase(this.#source, this.#at);
    if (piece.error) this.#invalid(piece.error, piece.to);
    else this.#push({ kind: 'phrase', text: piece.text }, piece.to);
    this.#suffixes();
  }

  /** A regular expression or a path. A lone `/word` is taken as an expression left open. */
  #slash(field: string | undefined): void {
    const regex = readRegex(this.#source, this.#at);
    if (regex) {
      this.#push({ kind: 'regex', source: regex.source }, regex.to);
      this.#boost();
      return;
    }
    const { to } = readText(this.#source, this.#at);
    const word = this.#source.slice(this.#at, to);
    if (field !== undefined || word.length === 1 || word.replaceAll('\\/', '').includes('/', 1)) {
      this.#text();
      return;
    }
    const error = {
      message: 'This regular expression is not closed. Put a path in quotes.',
      from: this.#at,
      to,
      expected: '/',
      fix: { from: to, to, insert: '/', label: 'Close it with /' },
    };
    this.#invalid(error, to);
  }

  /** Everything from `[` or `{` to its end; the parser judges what is there. */
  #range(inclusive: boolean): void {
    this.#push({ kind: 'range-open', inclusive }, this.#at + 1);
    for (let count = 0; ; count++) {
      this.#skipSpace();
      const character = this.#source[this.#at];
      if (character === undefined) return;
      if (character === ']' || character === '}') {
        this.#push({ kind: 'range-close', inclusive: character === ']' }, this.#at + 1);
        this.#boost();
        return;
      }
      if (character === '"') this.#quotedBound();
      else this.#bound(count === 1);
    }
  }

  #quotedBound(): void {
    const piece = readPhrase(this.#source, this.#at);
    if (piece.error) this.#invalid(piece.error, piece.to);
    else this.#push({ kind: 'bound', text: piece.text, open: false }, piece.to);
  }

  #bound(mayBeTo: boolean): void {
    const source = this.#source;
    let text = '';
    let at = this.#at;
    while (at < source.length && !isSpace(source[at]) && !/[\]}]/.test(source[at] ?? '')) {
      if (source[at] === '\\') {
        const escaped = readEscape(source, at, false);
        if (escaped.error) {
          this.#invalid(escaped.error, escaped.to);
          return;
        }
        text += escaped.text;
        at = escaped.to;
      } else {
        text += source[at];
        at++;
      }
    }
    if (mayBeTo && source.slice(this.#at, at) === 'TO') this.#push({ kind: 'to' }, at);
    else this.#push({ kind: 'bound', text, open: source.slice(this.#at, at) === '*' }, at);
  }

  /** `~2` and `^4`, in either order. */
  #suffixes(): void {
    this.#boost();
    const tilde = takeAt(TILDE, this.#source, this.#at);
    if (tilde !== undefined) {
      const amount = tilde === '~' ? undefined : Number(tilde.slice(1));
      this.#push({ kind: 'tilde', amount }, this.#at + tilde.length);
      this.#boost();
    }
  }

  #boost(): void {
    const boost = takeAt(BOOST, this.#source, this.#at);
    if (boost !== undefined) this.#push({ kind: 'boost' }, this.#at + boost.length);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
