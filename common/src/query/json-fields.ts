/**
 * Walks the JSON object in a line without building it: values keep the digits that the line has,
 * text behind the object does not matter, and of a cut-off object everything before the cut is
 * seen.
 */
import { FIELD_DEPTH_MAX } from '../limits.ts';

/** Receives each scalar member; `path` is dotted, arrays add nothing to it. False ends the walk. */
export type VisitField = (path: string, value: string) => boolean;

/** Where the line's JSON object begins, or -1: the first `{` that a quoted name or `}` follows. */
export function jsonStart(line: string): number {
  for (let at = line.indexOf('{'); at >= 0; at = line.indexOf('{', at + 1)) {
    const next = skipSpace(line, at + 1);
    if (line[next] === '"' && /^"(?:[^"\\]|\\.)*"\s*:/.test(line.slice(next, next + 256)))
      return at;
  }
  return -1;
}

/** Walks the object at `start`. */
export function walkJson(line: string, start: number, visit: VisitField): void {
  new Walk(line, start, visit).value('', 0);
}

class Walk {
  readonly #line: string;
  readonly #visit: VisitField;
  #at: number;

  constructor(line: string, start: number, visit: VisitField) {
    this.#line = line;
    this.#at = start;
    this.#visit = visit;
  }

  /** Reads one value; false if the walk is over: told to stop, or not JSON any more. */
  value(path: string, depth: number): boolean {
    this.#at = skipSpace(this.#line, this.#at);
    const character = this.#line[this.#at];
    if (character === '{' || character === '[') {
      if (depth >= FIELD_DEPTH_MAX) return false;
      return character === '{' ? this.#object(path, depth) : this.#array(path, depth);
    }
    if (character === '"') {
      const text = this.#string();
      return text !== undefined && this.#visit(path, text);
    }
    const from = this.#at;
    while (/[\w.+-]/.test(this.#line[this.#at] ?? '')) this.#at++;
    const text = this.#line.slice(from, this.#at);
    if (text === '') return false;
    return text === 'null' || this.#visit(path, text);
  }

  #object(path: string, depth: number): boolean {
    this.#at = skipSpace(this.#line, this.#at + 1);
    if (this.#line[this.#at] === '}') return this.#end();
    for (;;) {
      this.#at = skipSpace(this.#line, this.#at);
      const key = this.#line[this.#at] === '"' ? this.#string() : undefined;
      this.#at = skipSpace(this.#line, this.#at);
      if (key === undefined || this.#line[this.#at] !== ':') return false;
      this.#at++;
      if (!this.value(path === '' ? key : `${path}.${key}`, depth + 1)) return false;
      this.#at = skipSpace(this.#line, this.#at);
      if (this.#line[this.#at] === '}') return this.#end();
      if (this.#line[this.#at] !== ',') return false;
      this.#at++;
    }
  }

  #array(path: string, depth: number): boolean {
    this.#at = skipSpace(this.#line, this.#at + 1);
    if (this.#line[this.#at] === ']') return this.#end();
    for (;;) {
      if (!this.value(path, depth + 1)) return false;
      this.#at = skipSpace(this.#line, this.#at);
      if (this.#line[this.#at] === ']') return this.#end();
      if (this.#line[this.#at] !== ',') return false;
      this.#at++;
    }
  }

  #end(): boolean {
    this.#at++;
    return true;
  }

  /** The string at the quote; undefined if it is cut off or malformed. */
  #string(): string | undefined {
    const from = this.#at;
    let at = from + 1;
    let escaped = false;
    while (at < this.#line.length && this.#line[at] !== '"') {
      if (this.#line[at] === '\\') {
        escaped = true;
        at++;
      }
      at++;
    }
    if (at >= this.#line.length) return undefined;
    this.#at = at + 1;
    if (!escaped) return this.#line.slice(from + 1, at);
    try {
      const parsed: unknown = JSON.parse(this.#line.slice(from, at + 1));
      return typeof parsed === 'string' ? parsed : undefined;
    } catch {
      // An escape that JSON does not know: the text as it stands is the best there is.
      return this.#line.slice(from + 1, at);
    }
  }
}

function skipSpace(line: string, from: number): number {
  let at = from;
  while (at < line.length && line.charCodeAt(at) <= 0x20) at++;
  return at;
}
