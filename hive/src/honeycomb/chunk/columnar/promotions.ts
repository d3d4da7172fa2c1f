import { TOKEN_WORD } from './row-splitter.ts';
import { hashBytes } from './words.ts';

/** Different words at one position of a shape, past which the position is a variable. */
const LITERALS_MAX = 32;
/** Shapes that are remembered; past it all are forgotten. Must fit the table at half its size. */
export const SHAPES_MAX = 60_000;
const TABLE_SIZE = 1 << 17;

/** The tokens of the row at hand. */
interface Tokens {
  readonly count: number;
  readonly shape: number;
  readonly start: Int32Array;
  readonly length: Int32Array;
  readonly kind: Uint8Array;
}

/**
 * Learns which positions of rows of one shape hold names, users or free text: words with many values are
 * variables too. Without it nginx's lines made 39,000 templates where 128 do. A wrong guess costs space,
 * never correctness.
 */
export class Promotions {
  readonly #table = new Int32Array(TABLE_SIZE).fill(-1);
  readonly #shapes: Int32Array = new Int32Array(SHAPES_MAX);
  readonly #counts: Int32Array = new Int32Array(SHAPES_MAX);
  readonly #promoted: (Uint8Array | undefined)[] = [];
  readonly #seen: (Set<number> | undefined)[][] = [];
  #count = 0;

  /** The number of the row's shape. */
  shapeOf(tokens: Tokens): number {
    const { shape, count } = tokens;
    let slot = (shape ^ count) & (TABLE_SIZE - 1);
    for (;;) {
      const known = this.#table[slot] ?? -1;
      if (known < 0) break;
      if (this.#shapes[known] === shape && this.#counts[known] === count) return known;
      slot = (slot + 1) & (TABLE_SIZE - 1);
    }
    if (this.#count >= SHAPES_MAX) {
      this.#forget();
      return this.shapeOf(tokens);
    }
    const added = this.#count++;
    this.#table[slot] = added;
    this.#shapes[added] = shape;
    this.#counts[added] = count;
    this.#promoted.push(undefined);
    this.#seen.push([]);
    return added;
  }

  /** By token: 1 where a word is a variable. Undefined where none is. */
  promoted(shape: number): Uint8Array | undefined {
    return this.#promoted[shape];
  }

  /** Told of each row that made a new template. */
  learn(shape: number, tokens: Tokens, bytes: Uint8Array): void {
    const seen = this.#seen[shape];
    if (!seen) return;
    let promoted = this.#promoted[shape];
    for (let token = 0; token < tokens.count; token++) {
      if (tokens.kind[token] !== TOKEN_WORD || promoted?.[token] === 1) continue;
      let words = seen[token];
      if (!words) {
        words = new Set();
        seen[token] = words;
      }
      const from = tokens.start[token] ?? 0;
      words.add(hashBytes(bytes, from, from + (tokens.length[token] ?? 0)));
      if (words.size <= LITERALS_MAX) continue;
      promoted ??= new Uint8Array(tokens.count);
      promoted[token] = 1;
      seen[token] = undefined;
    }
    this.#promoted[shape] = promoted;
  }

  #forget(): void {
    this.#table.fill(-1);
    this.#count = 0;
    this.#promoted.length = 0;
    this.#seen.length = 0;
  }
}
