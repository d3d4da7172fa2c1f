/**
 * Where the rows of a list lie. Nearly all are equally high, so that a place is one multiplication; the few that
 * are not (a line that is open, one that begins a day, wrapped ones that were seen) are known by their record.
 */
import { ROW_HEIGHTS_MAX } from '@apiary/common/limits/screens.ts';

/** The rows as the list's owner holds them. */
export interface RowSource {
  readonly size: number;
  /** Another one as soon as rows came or went. */
  readonly version: number;
  /** The row of a record, or -1. */
  rowOf(id: string): number;
}

/** What stands out, by row: `before[i]` pixels are added by all that stand above the i-th. */
interface Table {
  readonly version: number;
  readonly rows: readonly number[];
  readonly before: readonly number[];
  readonly extra: number;
}

/** See the top of this file. Pixels from the top of the list. */
export class RowHeights {
  readonly #source: RowSource;
  #rowPx: number;
  /** Record → height, only where it is not `rowPx`. */
  readonly #known = new Map<string, number>();
  #table: Table | undefined;

  constructor(source: RowSource, rowPx: number) {
    this.#source = source;
    this.#rowPx = rowPx;
  }

  /** The height of a row that nothing is known of. */
  get rowPx(): number {
    return this.#rowPx;
  }

  /** Forgets all heights: rows look different from now on. */
  reset(rowPx: number): void {
    this.#rowPx = rowPx;
    this.#known.clear();
    this.#table = undefined;
  }

  /** The height of a record's row, if it is known to stand out. */
  known(id: string): number | undefined {
    return this.#known.get(id);
  }

  /** Notes the height of a record's row; true if that is new. */
  note(id: string, px: number): boolean {
    if (px === (this.#known.get(id) ?? this.#rowPx)) return false;
    this.#known.delete(id);
    if (px !== this.#rowPx) this.#known.set(id, px);
    this.#table = undefined;
    if (this.#known.size > ROW_HEIGHTS_MAX) this.#forgetOldest();
    return true;
  }

  /** The upper edge of a row; of the row behind the last one: the lower edge of all. */
  startOf(row: number): number {
    const { rows, before, extra } = this.#placed();
    const at = firstAtLeast(rows, row);
    return row * this.#rowPx + (before[at] ?? extra);
  }

  /** The row at a place; behind all rows: their number. */
  rowAt(px: number): number {
    const { rows } = this.#placed();
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.startOf((rows[middle] ?? 0) + 1) <= px) low = middle + 1;
      else high = middle;
    }
    const from = low === 0 ? 0 : (rows[low - 1] ?? 0) + 1;
    const plain = from + Math.floor((px - this.startOf(from)) / this.#rowPx);
    const row = low < rows.length ? Math.min(plain, rows[low] ?? 0) : plain;
    return Math.max(0, Math.min(this.#source.size, row));
  }

  #placed(): Table {
    const { version } = this.#source;
    if (this.#table?.version === version) return this.#table;
    const placed: [row: number, extra: number][] = [];
    for (const [id, px] of this.#known) {
      const row = this.#source.rowOf(id);
      if (row < 0) this.#known.delete(id);
      else placed.push([row, px - this.#rowPx]);
    }
    placed.sort(([a], [b]) => a - b);
    const before: number[] = [];
    let extra = 0;
    for (const [, more] of placed) {
      before.push(extra);
      extra += more;
    }
    this.#table = { version, rows: placed.map(([row]) => row), before, extra };
    return this.#table;
  }

  #forgetOldest(): void {
    const oldest = this.#known.keys().next().value;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

function firstAtLeast(ordered: readonly number[], wanted: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ordered[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
