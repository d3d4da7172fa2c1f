/**
 * What leaves of queries were judged to match of the rows of an open chunk. Rows that were committed stay as they are, so
 * whoever asks for the same words again, for the next page, for a histogram or as a dashboard does, looks at what has come
 * since. Measured on 9 MB of rows: a search that went through all of them took 2.5 to 7 ms of processor time, and 0.2 to 3 when they were asked before.
 */
import { JUDGED_LEAVES_MAX } from '@apiary/common/limits/search.ts';
import type { LeafQuery } from '@apiary/common/query/ast.ts';

/** See the file's head. */
export class JudgedLeaves {
  /** By {@link keyOf}, the least recently used first. */
  readonly #flags = new Map<string, Uint8Array>();

  /** 1 for each row that matches, of all rows that were there; not to be changed. */
  get(leaf: LeafQuery): Uint8Array | undefined {
    const key = keyOf(leaf);
    const flags = this.#flags.get(key);
    if (!flags) return undefined;
    this.#flags.delete(key);
    this.#flags.set(key, flags);
    return flags;
  }

  /** @param flags 1 for each row that matches, of as many as were looked at; nobody changes them */
  keep(leaf: LeafQuery, flags: Uint8Array): void {
    const key = keyOf(leaf);
    if ((this.#flags.get(key)?.length ?? 0) >= flags.length) return;
    this.#flags.delete(key);
    this.#flags.set(key, flags);
    const [oldest] = this.#flags.keys();
    if (this.#flags.size > JUDGED_LEAVES_MAX && oldest !== undefined) this.#flags.delete(oldest);
  }

  clear(): void {
    this.#flags.clear();
  }
}

/** Where it stands in its query is not what it asks. */
function keyOf({ from: _, to: __, ...asked }: LeafQuery): string {
  return JSON.stringify(asked);
}
