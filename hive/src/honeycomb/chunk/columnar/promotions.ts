/** A token of letters alone: see `hive/assembly/split/tokens.ts`. */
const TOKEN_WORD = 0;
/** Different words at one position of a shape, past which the position is a variable. */
const LITERALS_MAX = 32;

/** The tokens of the row at hand. */
interface Tokens {
  readonly count: number;
  /** By token: its kind, from an index on. */
  readonly kinds: Uint8Array;
  readonly kindsFrom: number;
  /** By token: its hash if it is a word, from an index on. */
  readonly hashes: Uint32Array;
  readonly hashesFrom: number;
}

/**
 * Learns which positions of rows of one shape hold names, users or free text: words with many values are
 * variables too. Without it nginx's lines made 39,000 templates where 128 do. A wrong guess costs space,
 * never correctness.
 */
export class Promotions {
  readonly #promoted: (Uint8Array | undefined)[] = [];
  readonly #seen: (Set<number> | undefined)[][] = [];

  /** By token: 1 where a word is a variable. Undefined where none is. */
  promoted(shape: number): Uint8Array | undefined {
    return this.#promoted[shape];
  }

  /** Told of each row that made a new template. True if other tokens are promoted now. */
  learn(shape: number, tokens: Tokens): boolean {
    const { count, kinds, kindsFrom, hashes, hashesFrom } = tokens;
    this.#seen[shape] ??= [];
    const seen = this.#seen[shape];
    let promoted = this.#promoted[shape];
    let isOther = false;
    for (let token = 0; token < count; token++) {
      if (kinds[kindsFrom + token] !== TOKEN_WORD || promoted?.[token] === 1) continue;
      let words = seen[token];
      if (!words) {
        words = new Set();
        seen[token] = words;
      }
      words.add(hashes[hashesFrom + token] ?? 0);
      if (words.size <= LITERALS_MAX) continue;
      promoted ??= new Uint8Array(count);
      promoted[token] = 1;
      seen[token] = undefined;
      isOther = true;
    }
    this.#promoted[shape] = promoted;
    return isOther;
  }

  /** Forgets all shapes. */
  forget(): void {
    this.#promoted.length = 0;
    this.#seen.length = 0;
  }
}
