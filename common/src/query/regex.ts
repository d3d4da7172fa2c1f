/**
 * Regular expressions that cannot hang. V8's linear-time engine takes over after excessive
 * backtracking (`--enable-experimental-regexp-engine-on-excessive-backtracks`), but only for
 * expressions without flags, look-around, back-references and large counts: measured on 28
 * characters, `(a+)+$` takes 2 ms without flags and 13 s with `i` or `u`. So "any case" is not the
 * flag `i`: the expression is rewritten to lower case and run on folded text, and large counts are
 * written out in steps that the engine takes. `\p{…}` and `\u{…}` need the flag `u`; they are
 * admitted where no group repeats, so that what backtracks is at worst polynomial.
 */

import { REGEX_REWRITTEN_MAX } from '../limits.ts';
import type { Span } from './ast.ts';
import { linearRegExp } from './linear-engine.ts';
import { problem, takeOut } from './problem.ts';
import { foldCase } from './words.ts';

/**
 * V8's linear engine refuses counts whose product along their nesting is more
 * (kMaxReplicationFactor).
 */
const LINEAR_FACTOR_MAX = 16;
const COUNT = /\{(\d+)(,(\d*))?\}\??/y;
const GROUP_HEAD = /\((?:\?(?::|<[A-Za-z_$][\w$]*>|<?[=!]|[a-z-]*[:)]))?/y;
const ESCAPE =
  /\\(?:x[0-9a-f]{2}|u\{[0-9a-f]+\}|u[0-9a-f]{4}|[pP]\{[^}]*\}|k<[^>]*>|c[a-z]|[\s\S])/iy;

/** A regular expression ready for folded text: see {@link compileRegex}. */
export interface FoldedRegex {
  /** True if the folded text has a match. */
  test(folded: string): boolean;
  /** Offsets of the matches that are not empty, at most `limit`. */
  spans(folded: string, limit: number): Span[];
}

/**
 * Compiles a source for text that went through `foldCase`.
 *
 * @throws QueryProblem if the source is invalid or could hang; places are offsets from `from`.
 */
export function compileRegex(source: string, from = 0): FoldedRegex {
  const { folded, unicode } = new Rewriter(source, from).run();
  construct(source, source, unicode ? 'iu' : '', from);
  const flags = unicode ? 'iu' : '';
  const search = construct(source, unpadded(folded), flags, from);
  const searchAll = construct(source, folded, `g${flags}`, from);
  return {
    test: (text) => search.test(text),
    spans(text, limit) {
      const spans: Span[] = [];
      searchAll.lastIndex = 0;
      while (spans.length < limit) {
        const match = searchAll.exec(text);
        if (!match) break;
        if (match[0] === '') searchAll.lastIndex++;
        else spans.push({ from: match.index, to: match.index + match[0].length });
      }
      return spans;
    },
  };
}

/**
 * What {@link FoldedRegex.test} looks for, without the flag `u`: undefined where it needs that.
 *
 * @throws QueryProblem as {@link compileRegex}
 */
export function foldedExpression(source: string): string | undefined {
  const { folded, unicode } = new Rewriter(source, 0).run();
  return unicode ? undefined : unpadded(folded);
}

/**
 * Without `.*` at its ends, which changes nothing about whether there is a match. Measured on lines of 120
 * characters: `.*word.*` is tried at each of them, 9 µs a line without a match; `word` 0.1.
 */
function unpadded(expression: string): string {
  const lean = expression.replace(/^(?:\.\*\??)+/, '');
  const end = /(?:\.\*\??)+$/.exec(lean);
  if (!end) return lean;
  const before = lean.slice(0, end.index);
  const isEscaped = (/\\*$/.exec(before)?.[0].length ?? 0) % 2 === 1;
  // `\.*` is any number of dots: only what comes behind it is padding.
  return isEscaped ? lean.slice(0, end.index + 2) + unpadded(lean.slice(end.index + 2)) : before;
}

function construct(source: string, folded: string, flags: string, from: number): RegExp {
  try {
    return linearRegExp(folded, flags);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : 'invalid';
    const reason = text.replace(/^.*: /s, '').replace(/^./, (letter) => letter.toLowerCase());
    const message = `This regular expression is not valid: ${reason}.`;
    throw problem({ from, to: from + source.length }, message, 'a regular expression');
  }
}

/**
 * Something that a quantifier can repeat: where its rewritten text begins, and its counts' product.
 */
interface Atom {
  readonly outFrom: number;
  factor: number;
}

/**
 * Walks an expression once: refuses what could hang, lowers the case of literals, splits counts.
 */
class Rewriter {
  readonly #source: string;
  readonly #from: number;
  readonly #groups: Atom[] = [];
  /** What stands just before `#at`. */
  #atom: Atom | undefined;
  #atomIsGroup = false;
  #at = 0;
  #out = '';
  #unicode: Span | undefined;
  #repeatedGroup: Span | undefined;

  constructor(source: string, from: number) {
    this.#source = source;
    this.#from = from;
  }

  run(): { folded: string; unicode: boolean } {
    while (this.#at < this.#source.length) {
      const character = this.#source[this.#at] ?? '';
      if (character === '(') this.#open();
      else if (character === ')') this.#close();
      else if ('*+?{'.includes(character)) this.#quantifier(character);
      else {
        this.#atom = { outFrom: this.#out.length, factor: 1 };
        this.#atomIsGroup = false;
        if (character === '[') this.#class();
        else if (character === '\\') this.#out += this.#escape(false).out;
        else this.#copy(foldCase(character), 1);
      }
    }
    if (this.#unicode && this.#repeatedGroup) {
      const message = 'Together with a repeated group this could take for ever.';
      throw problem(this.#unicode, message, 'a class such as [a-zäöü]');
    }
    return { folded: this.#out, unicode: this.#unicode !== undefined };
  }

  #copy(out: string, length: number): void {
    this.#out += out;
    this.#at += length;
  }

  #place(length: number): Span {
    const from = this.#from + this.#at;
    return { from, to: from + length };
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source);
  }

  #open(): void {
    const head = this.#match(GROUP_HEAD)?.[0] ?? '(';
    const place = this.#place(head.length);
    if (/^\(\?<?[=!]/.test(head)) {
      const message = 'Look-ahead and look-behind could take for ever and are not supported.';
      throw problem(place, message, 'a group without ?= ?! ?<= ?<!');
    }
    if (/^\(\?[a-z-]+[:)]/.test(head)) {
      const message = 'Flags are not supported; any case matches as it is.';
      throw problem(
        place,
        message,
        'no flags',
        head.endsWith(')') ? takeOut(place, head) : undefined,
      );
    }
    this.#groups.push({ outFrom: this.#out.length, factor: 1 });
    this.#atom = undefined;
    // Names serve back-references alone, and would come twice where a count is written out.
    this.#copy(head.endsWith('>') ? '(' : head, head.length);
  }

  #close(): void {
    this.#atom = this.#groups.pop();
    this.#atomIsGroup = true;
    this.#copy(')', 1);
    this.#raise(this.#atom?.factor ?? 1);
  }

  /** The group around what was just read has at least this product of counts. */
  #raise(factor: number): void {
    const group = this.#groups.at(-1);
    if (group && group.factor < factor) group.factor = factor;
  }

  #quantifier(character: string): void {
    const count = character === '{' ? this.#match(COUNT) : null;
    if (character === '{' && !count) {
      this.#atom = undefined;
      this.#copy(character, 1);
      return;
    }
    const text = count?.[0] ?? character;
    const least = count ? Number(count[1]) : character === '+' ? 1 : 0;
    const open = count ? count[2] !== undefined && count[3] === '' : character !== '?';
    const most = open ? undefined : count ? Number(count[3] || count[1]) : 1;
    if (this.#atomIsGroup && this.#atom && text !== '?')
      this.#repeatedGroup = this.#place(text.length);
    const factor = (this.#atom?.factor ?? 1) * Math.max(1, most ?? least + 1);
    if (this.#atom && factor > LINEAR_FACTOR_MAX)
      this.#writeOut(this.#atom, least, most, text.length);
    else {
      this.#copy(text, text.length);
      this.#raise(factor);
    }
    this.#atom = undefined;
  }

  /** `a{20,}` becomes `a{16}a{4}a*`: laziness is lost, which changes no answer. */
  #writeOut(atom: Atom, least: number, most: number | undefined, length: number): void {
    const place = this.#place(length);
    const body = this.#out.slice(atom.outFrom);
    const step = Math.max(1, Math.floor(LINEAR_FACTOR_MAX / atom.factor));
    const optional = most === undefined ? 0 : Math.max(0, most - least);
    const pieces = (least + optional) / step + 3;
    if (pieces * (body.length + 6) > REGEX_REWRITTEN_MAX) {
      throw problem(place, 'This count makes the expression too large.', 'a smaller count');
    }
    let text = '';
    for (let left = least; left > 0; left -= step) text += `${body}{${Math.min(left, step)}}`;
    for (let left = optional; left > 0; left -= step) text += `${body}{0,${Math.min(left, step)}}`;
    if (most === undefined) text += `${body}*`;
    this.#out = this.#out.slice(0, atom.outFrom) + text;
    this.#at += length;
    this.#raise(atom.factor * step);
  }

  /** An escape, folded. `code` is the literal character that it stands for, if it is one. */
  #escape(inClass: boolean): { out: string; code: number | undefined } {
    const text = this.#match(ESCAPE)?.[0] ?? '\\';
    const place = this.#place(text.length);
    this.#at += text.length;
    if (!inClass && /^\\(?:[1-9]|k<)/.test(text)) {
      const message = 'Back-references could take for ever and are not supported.';
      throw problem(place, message, 'the text itself');
    }
    if (/^\\(?:[pP]\{|u\{)/.test(text)) {
      this.#unicode = place;
      return { out: text, code: undefined };
    }
    const hex = /^\\[xu]([0-9a-f]{2,4})$/i.exec(text)?.[1];
    if (hex !== undefined) {
      const code = foldCase(String.fromCharCode(Number.parseInt(hex, 16))).charCodeAt(0);
      const out = `\\u${code.toString(16).padStart(4, '0')}`;
      return { out, code: Number.parseInt(hex, 16) };
    }
    const letter = /^\\[A-Za-z0-9]/.test(text);
    return { out: text, code: letter ? undefined : text.charCodeAt(1) };
  }

  /** A class: each range also gets its lower-case image, because the text has no other case. */
  #class(): void {
    const negated = this.#source[this.#at + 1] === '^';
    this.#copy(negated ? '[^' : '[', negated ? 2 : 1);
    while (this.#at < this.#source.length && this.#source[this.#at] !== ']') {
      const low = this.#classAtom();
      const ranged = this.#source[this.#at] === '-' && (this.#source[this.#at + 1] ?? ']') !== ']';
      if (!ranged || low.code === undefined) {
        this.#out += low.out;
        continue;
      }
      this.#at++;
      const high = this.#classAtom();
      this.#out += this.#source.slice(low.from, this.#at);
      if (high.code !== undefined) this.#out += lowerImage(low.code, high.code);
    }
    if (this.#at < this.#source.length) this.#copy(']', 1);
  }

  #classAtom(): { from: number; out: string; code: number | undefined } {
    const from = this.#at;
    const character = this.#source[from] ?? '';
    if (character === '\\') return { from, ...this.#escape(true) };
    this.#at++;
    return { from, out: foldCase(character), code: character.charCodeAt(0) };
  }
}

/** What `low`–`high` looks like after folding, as members of a class. */
function lowerImage(low: number, high: number): string {
  let image = '';
  const from = Math.max(low, 0x41);
  const to = Math.min(high, 0x5a);
  if (from <= to) image += `${String.fromCharCode(from + 32)}-${String.fromCharCode(to + 32)}`;
  if (high < 0x80) return image;
  const [start, end] = [low, high].map((code) => foldCase(String.fromCharCode(code)));
  // A block of capitals such as À–Þ or А–Я moves as one; anything else stays as it was typed.
  const moves = start !== undefined && end !== undefined && low >= 0x80;
  if (
    moves &&
    end.charCodeAt(0) - start.charCodeAt(0) === high - low &&
    start.charCodeAt(0) !== low
  ) {
    image += `${start}-${end}`;
  }
  return image;
}

/**
 * Judges an expression without keeping it; `from` is its place in the query.
 *
 * @throws QueryProblem as {@link compileRegex}.
 */
export function checkRegex(source: string, from: number): void {
  compileRegex(source, from);
}
