/**
 * Which of many queries a line may match: queries that need a certain word are found by the line's words,
 * so that a thousand of them cost about what the line's words cost. The rest is judged on every line.
 */
import { BODY_FIELD, type Query } from '@apiary/common/query/ast.ts';
import { foldCase, isWordCode, wordsOf } from '@apiary/common/query/words.ts';

/** Words of one query at most; those that need one of more are judged on every line. */
const NEEDED_WORDS_MAX = 64;

const LENGTHS = 32;
const SHAPES = 128 * LENGTHS;

/** See the file's head. */
export class QueryIndex<Q extends { readonly query: Query }> {
  readonly #byWord = new Map<string, Q[]>();
  /** 1 where a word of that first character and length is needed by some query. */
  readonly #shapes = new Uint8Array(SHAPES);
  readonly #always: Q[] = [];
  readonly #found = new Set<Q>();

  constructor(queries: Iterable<Q>) {
    for (const query of queries) {
      const words = neededWords(query.query);
      if (!words || words.length > NEEDED_WORDS_MAX) this.#always.push(query);
      else for (const word of words) this.#put(word, query);
    }
  }

  /** Queries that may match the line; valid until the next call. `body` is asked for when it is needed. */
  candidates(body: () => string): Iterable<Q> {
    if (this.#byWord.size === 0) return this.#always;
    this.#found.clear();
    for (const query of this.#always) this.#found.add(query);
    const text = foldCase(body());
    let at = 0;
    while (at < text.length) {
      if (!isWordCode(text.charCodeAt(at))) {
        at++;
        continue;
      }
      const from = at;
      while (at < text.length && isWordCode(text.charCodeAt(at))) at++;
      // Most words are none of ours, and it shows before they are cut out and hashed.
      if (this.#shapes[shapeOf(text.charCodeAt(from), at - from)] === 0) continue;
      const queries = this.#byWord.get(text.slice(from, at));
      if (queries) for (const query of queries) this.#found.add(query);
    }
    return this.#found;
  }

  #put(word: string, query: Q): void {
    this.#shapes[shapeOf(word.charCodeAt(0), word.length)] = 1;
    const queries = this.#byWord.get(word);
    if (queries) queries.push(query);
    else this.#byWord.set(word, [query]);
  }
}

/** Words of which a line that matches has at least one; undefined where nothing of the kind is known. */
export function neededWords(query: Query): readonly string[] | undefined {
  switch (query.kind) {
    case 'term':
    case 'phrase': {
      if (query.field !== BODY_FIELD) return undefined;
      const words = wordsOf(foldCase(query.text)).map(({ word }) => word);
      const longest = words.reduce((a, b) => (b.length > a.length ? b : a), '');
      return longest === '' ? undefined : [longest];
    }
    case 'and': {
      const known = query.operands.flatMap((operand) => {
        const words = neededWords(operand);
        return words ? [words] : [];
      });
      return known.reduce<readonly string[] | undefined>(
        (best, words) => (best && rarity(best) >= rarity(words) ? best : words),
        undefined,
      );
    }
    case 'or': {
      const each = query.operands.map(neededWords);
      if (each.some((words) => words === undefined)) return undefined;
      return [...new Set(each.flatMap((words) => words ?? []))];
    }
    default:
      return undefined;
  }
}

function shapeOf(first: number, length: number): number {
  return (first & 127) * LENGTHS + Math.min(length, LENGTHS - 1);
}

/** A guess: few and long words are rare. */
function rarity(words: readonly string[]): number {
  return words.reduce((least, { length }) => Math.min(least, length), 100) / words.length;
}
