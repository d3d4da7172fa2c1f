/** Rows whose times may be wanted for a page, while they are gone through: a time's key is the less the earlier it is wanted. */
import type { RowTimes } from '../records/record-set.ts';
import type { Order } from './position.ts';

/** So many rows more than twice those wanted are kept before they are cut. */
const SPARE = 64;

/** See the file's head. */
export class WantedTimes {
  /** Keys before it are of earlier pages. */
  readonly least: number;
  /** Keys behind it are not wanted: what was found so far fills the page. */
  most: number;
  /** A row that matches is behind what is wanted. */
  skipped = false;
  readonly #wanted: number;
  /** Rows so far, and their keys. */
  #rows: number[] = [];
  #rowKeys: number[] = [];
  /** At so many rows those are let go that are not wanted any more. */
  #rowsMax = SPARE;
  /** The least keys so far, without those of the cursor's own time, of which some were given already. */
  #keys: number[] = [];

  constructor(bounds: { readonly wanted: number; readonly least: number; readonly most: number }) {
    this.#wanted = bounds.wanted;
    this.least = bounds.least;
    this.most = bounds.most;
  }

  /** Looks at rows, ascending ones. */
  add(rows: Uint32Array, times: RowTimes, order: Order): void {
    const isNewest = order === 'newest';
    for (let index = 0; index < rows.length; index++) {
      // Rows come roughly by time: the wanted end first, so that the bound is near at once.
      const row = rows[isNewest ? rows.length - 1 - index : index] ?? 0;
      const key = isNewest ? -times.time(row) : times.time(row);
      if (key < this.least) continue;
      if (key > this.most) {
        this.skipped = true;
        continue;
      }
      this.#rows.push(row);
      this.#rowKeys.push(key);
      if (key > this.least) this.#keys.push(key);
      if (this.#keys.length >= 2 * this.#wanted + SPARE) this.#bound();
      if (this.#rows.length >= this.#rowsMax) this.#cut();
    }
  }

  /** What is left, ascending. Records of one time are told apart by their place, which is not known here. */
  result(): Uint32Array {
    this.#bound();
    this.#cut();
    return Uint32Array.from(this.#rows).sort();
  }

  #bound(): void {
    if (this.#keys.length <= this.#wanted) return;
    this.#keys.sort((a, b) => a - b);
    this.most = Math.min(this.most, this.#keys[this.#wanted - 1] ?? this.most);
    this.#keys.length = this.#wanted;
    this.skipped = true;
  }

  #cut(): void {
    const [rows, keys] = [this.#rows, this.#rowKeys];
    let kept = 0;
    for (let at = 0; at < rows.length; at++) {
      const key = keys[at] ?? 0;
      if (key > this.most) continue;
      keys[kept] = key;
      rows[kept++] = rows[at] ?? 0;
    }
    rows.length = kept;
    keys.length = kept;
    // All may be of one time.
    this.#rowsMax = 2 * kept + SPARE;
  }
}
