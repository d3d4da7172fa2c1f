import type { Matches, RecordSet, Selection } from './record-set.ts';
import { matchesOf } from './row-counts.ts';
import { RowView } from './row-view.ts';

/** Rows between two looks at the clock. */
const ROWS_PER_LOOK = 128;

/** Finds matching rows by looking at each. */
export async function scanRows(set: RecordSet, selection: Selection): Promise<Matches> {
  const { matcher, from, to, pace } = selection;
  const everything = selection.query.kind === 'all';
  const view = new RowView(set);
  const rows = new GrowingRows();
  for (let row = 0; row < set.count; row++) {
    if (row % ROWS_PER_LOOK === 0) {
      const pause = pace();
      if (pause) await pause;
    }
    const time = set.time(row);
    if (time < from || time >= to || !set.isVisible(row)) continue;
    if (everything || matcher.matches(view.at(row))) rows.push(row);
  }
  return matchesOf(set, rows.result());
}

class GrowingRows {
  #rows = new Uint32Array(64);
  #count = 0;

  push(row: number): void {
    if (this.#count === this.#rows.length) {
      const grown = new Uint32Array(this.#count * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows[this.#count++] = row;
  }

  result(): Uint32Array {
    return this.#rows.subarray(0, this.#count);
  }
}
