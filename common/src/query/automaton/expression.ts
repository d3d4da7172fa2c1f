/**
 * Reads a regular expression as `regex.ts` rewrites it, for text of ASCII characters alone: what is beyond ASCII matches
 * nothing there. What is read is a small part of the language; of the rest nothing is guessed.
 */

/** Something that text can match. */
export type Expression =
  /** One character; by its code 1 where it is one of them. */
  | { readonly kind: 'characters'; readonly has: Uint8Array }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Expression[] }
  | {
      readonly kind: 'repeat';
      readonly part: Expression;
      readonly least: number;
      /** Undefined: any number. */
      readonly most: number | undefined;
    }
  | { readonly kind: 'assertion'; readonly what: Assertion };

/** A place between two characters: begin and end of the text, a word's begin or end, any other. */
export type Assertion = 'start' | 'end' | 'edge' | 'noEdge';

/** Codes of ASCII. */
export const ASCII = 128;

const COUNT = /\{(\d+)(,(\d*))?\}/y;
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const CLASSES: Readonly<Record<string, RegExp>> = {
  d: /[0-9]/,
  w: /[A-Za-z0-9_]/,
  s: /\s/,
};
const EDGES: Readonly<Record<string, Assertion>> = { b: 'edge', B: 'noEdge' };

/** What an expression of `RegExp` without flags says; undefined where that is not known. @param source is valid */
export function readExpression(source: string): Expression | undefined {
  const reader = new Reader(source);
  const expression = reader.choice();
  return reader.isClear ? expression : undefined;
}

class Reader {
  isClear = true;
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  choice(): Expression {
    const parts = [this.#sequence()];
    while (this.#takes('|')) parts.push(this.#sequence());
    const [only] = parts;
    return only && parts.length === 1 ? only : { kind: 'choice', parts };
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#next())) {
      parts.push(this.#quantified(this.#atom()));
    }
    return { kind: 'sequence', parts };
  }

  #next(): string {
    return this.#source[this.#at] ?? '';
  }

  #takes(text: string): boolean {
    const is = this.#source.startsWith(text, this.#at);
    if (is) this.#at += text.length;
    return is;
  }

  /** Something that is not read: all of it is in doubt. */
  #unclear(): Expression {
    this.isClear = false;
    return { kind: 'sequence', parts: [] };
  }

  #atom(): Expression {
    const character = this.#next();
    this.#at++;
    switch (character) {
      case '(': {
        // A name or a look-around: a `?` where nothing can be repeated.
        if (!this.#takes('?:') && this.#next() === '?') return this.#unclear();
        const inside = this.choice();
        return this.#takes(')') ? inside : this.#unclear();
      }
      case '[':
        return this.#class();
      case '.':
        return charactersOf((code) => code !== 10 && code !== 13);
      case '^':
        return { kind: 'assertion', what: 'start' };
      case '$':
        return { kind: 'assertion', what: 'end' };
      case '\\': {
        const what = EDGES[this.#next()];
        if (!what) return this.#escape() ?? this.#unclear();
        this.#at++;
        return { kind: 'assertion', what };
      }
      default:
        return charactersOf((code) => code === character.charCodeAt(0));
    }
  }

  #quantified(part: Expression): Expression {
    COUNT.lastIndex = this.#at;
    const count = COUNT.exec(this.#source);
    let [least, most]: [number, number | undefined] = [1, 1];
    if (count) {
      this.#at += count[0].length;
      least = Number(count[1]);
      most = count[2] === undefined ? least : count[3] ? Number(count[3]) : undefined;
    } else if (this.#takes('*')) [least, most] = [0, undefined];
    else if (this.#takes('+')) most = undefined;
    else if (this.#takes('?')) least = 0;
    else return part;
    // As few as possible or as many: the same texts match.
    this.#takes('?');
    return { kind: 'repeat', part, least, most };
  }

  /** What follows a backslash, if it is one character or a class. */
  #escape(): (Expression & { kind: 'characters' }) | undefined {
    const letter = this.#next();
    this.#at++;
    const members = CLASSES[letter.toLowerCase()];
    if (members) {
      const wanted = letter === letter.toLowerCase();
      return charactersOf((code) => members.test(String.fromCharCode(code)) === wanted);
    }
    let only = CONTROLS[letter] ?? letter.charCodeAt(0);
    if (letter === 'u') {
      const digits = /^[0-9a-f]{4}/i.exec(this.#source.slice(this.#at))?.[0];
      if (digits === undefined) return undefined;
      this.#at += digits.length;
      only = Number.parseInt(digits, 16);
    } else if (/[a-z0-9]/i.test(letter) && CONTROLS[letter] === undefined) return undefined;
    return charactersOf((code) => code === only);
  }

  #class(): Expression {
    const isNegated = this.#takes('^');
    const has = new Uint8Array(ASCII);
    while (this.#next() !== ']') {
      const low = this.#member();
      if (!low) return this.#unclear();
      const isRange = this.#next() === '-' && this.#source[this.#at + 1] !== ']';
      if (!isRange) {
        for (const code of low.codes) has[code] = 1;
        continue;
      }
      this.#at++;
      const high = this.#member();
      if (!high || low.only === undefined || high.only === undefined) return this.#unclear();
      has.fill(1, low.only, high.only + 1);
    }
    this.#at++;
    return charactersOf((code) => (has[code] === 1) !== isNegated);
  }

  /** A member of a class: its codes of ASCII; and its code, beyond ASCII too, if it is one character. */
  #member(): { readonly codes: readonly number[]; readonly only: number | undefined } | undefined {
    const character = this.#next();
    this.#at++;
    if (character !== '\\') {
      const only = character.charCodeAt(0);
      return character === '' ? undefined : { codes: only < ASCII ? [only] : [], only };
    }
    const escaped = this.#escape();
    if (!escaped) return undefined;
    const codes = [...escaped.has.keys()].filter((code) => escaped.has[code] === 1);
    return { codes, only: codes.length === 1 ? codes[0] : undefined };
  }
}

function charactersOf(is: (code: number) => boolean): Expression & { kind: 'characters' } {
  return { kind: 'characters', has: Uint8Array.from({ length: ASCII }, (_, code) => +is(code)) };
}
