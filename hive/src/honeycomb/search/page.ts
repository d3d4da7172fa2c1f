import { SEARCH_PAGE_BYTES_MAX } from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { RecordSet, TimedRun } from '../records/record-set.ts';
import { recordOf } from '../records/row-view.ts';
import {
  comparePositions,
  formatCursor,
  type Order,
  type Position,
  positionOf,
} from './position.ts';
import { WantedTimes } from './wanted-times.ts';

interface Candidate {
  readonly position: Position;
  readonly record: LogRecord;
  readonly bytes: number;
}

/** What a page is to hold. */
export interface PageOptions {
  readonly order: Order;
  readonly limit: number;
  /** Records up to this one were on earlier pages. */
  readonly after: Position | undefined;
  readonly bytesMax?: number;
}

/**
 * One page of a result: takes matching rows of sets that come by the time of their first record, and gives
 * records out as soon as no later set can hold an earlier one.
 */
export class Page {
  readonly #order: Order;
  readonly #after: Position | undefined;
  readonly #bytesMax: number;
  /** Records still wanted. */
  #wanted: number;
  #candidates: Candidate[] = [];
  #bytesGiven = 0;
  #last: Position | undefined;
  #behind = false;

  constructor({ order, limit, after, bytesMax = SEARCH_PAGE_BYTES_MAX }: PageOptions) {
    this.#order = order;
    this.#after = after;
    this.#wanted = limit;
    this.#bytesMax = bytesMax;
  }

  /** Where the next page goes on; undefined when this one is the last. */
  get next(): string | undefined {
    return this.#behind && this.#last ? formatCursor(this.#last) : undefined;
  }

  get #sign(): number {
    return this.#order === 'newest' ? -1 : 1;
  }

  /** True when all that it may hold was given, and there is more behind it. */
  get isOver(): boolean {
    return this.#wanted === 0 && this.#behind;
  }

  /** True when all rows of a set were on earlier pages, as the set's times tell. */
  isBefore(times: { readonly minTime: number; readonly maxTime: number }): boolean {
    return this.#sideOf(times) === 'before';
  }

  /**
   * True when no row of a set with matches can be on the page, as the set's times tell: its rows are not to be
   * looked at. Notes that there are more behind the page where that is certain.
   */
  passes(times: { readonly minTime: number; readonly maxTime: number }): boolean {
    const side = this.#sideOf(times);
    if (side === 'behind') this.#behind = true;
    return side !== 'open';
  }

  /** True when a row of a set may be on the page, as the set's times tell: nothing is noted. */
  mayHave(times: { readonly minTime: number; readonly maxTime: number }): boolean {
    return this.#sideOf(times) === 'open';
  }

  /** As {@link passes} of a set out of turn, before it is known whether it has matches: nothing is noted. */
  wouldPass(times: { readonly minTime: number; readonly maxTime: number }): boolean {
    const side = this.#sideOf(times);
    // Where all was given, sets in turn come behind it. One out of turn may be before the last one of it.
    const last = this.#wanted === 0 ? this.#last : undefined;
    if (side !== 'behind' || !last) return side !== 'open';
    const first = this.#order === 'newest' ? -times.maxTime : times.minTime;
    return first > this.#sign * last.time;
  }

  #sideOf({ minTime, maxTime }: { readonly minTime: number; readonly maxTime: number }) {
    const sign = this.#sign;
    const [first, last] = this.#order === 'newest' ? [-maxTime, -minTime] : [minTime, maxTime];
    const least = this.#after ? sign * this.#after.time : Number.NEGATIVE_INFINITY;
    if (last < least) return 'before';
    if (first <= least && this.#after) return 'open';
    const worst = this.#candidates[this.#wanted - 1];
    const isFull = this.#wanted === 0 || (worst && first > sign * worst.position.time);
    return isFull ? 'behind' : 'open';
  }

  /**
   * Rows that may be on the page by their times alone, ascending: all rows of a time that is wanted. Notes
   * that there are more behind the page where that is certain. Runs come in any order; those whose times cannot be
   * wanted any more are not looked at.
   */
  candidates(runs: readonly TimedRun[]): Uint32Array {
    const isNewest = this.#order === 'newest';
    const first = ({ least, most }: TimedRun) => (isNewest ? -most : least);
    const last = ({ least, most }: TimedRun) => (isNewest ? -least : most);
    const found = new WantedTimes({
      wanted: this.#wanted,
      least: this.#after ? this.#sign * this.#after.time : Number.NEGATIVE_INFINITY,
      most: this.#mostWanted(),
    });
    for (const run of [...runs].sort((a, b) => first(a) - first(b))) {
      if (last(run) < found.least) continue;
      const isBehind = first(run) > found.most;
      if (isBehind && (this.#behind || found.skipped)) break;
      const rows = run.rows();
      if (rows.length === 0) continue;
      if (isBehind) found.skipped = true;
      else found.add(rows, run.times(), this.#order);
    }
    const rows = found.result();
    if (found.skipped) this.#behind = true;
    return rows;
  }

  /** The last time that is wanted, as a key: what comes first has the least. */
  #mostWanted(): number {
    if (this.#wanted === 0) return Number.NEGATIVE_INFINITY;
    const last =
      this.#candidates.length >= this.#wanted ? this.#candidates.at(-1)?.position.time : undefined;
    return last === undefined ? Number.POSITIVE_INFINITY : this.#sign * last;
  }

  /** Looks at the matching rows of one set. */
  add(set: RecordSet, rows: Uint32Array): void {
    const best = this.#bestOf(set, rows);
    if (best.length === 0) return;
    const fresh = best.map(({ row, position }) => {
      const record = recordOf(set, row);
      return { position, record, bytes: record.body.length };
    });
    const all = [...this.#candidates, ...fresh].sort((a, b) =>
      this.#compare(a.position, b.position),
    );
    let kept = Math.min(all.length, this.#wanted);
    let bytes = this.#bytesGiven;
    for (const [index, candidate] of all.slice(0, kept).entries()) {
      bytes += candidate.bytes;
      if (bytes > this.#bytesMax && index + (this.#last ? 1 : 0) > 0) {
        // What does not fit is for the next page, and so is all that comes behind it.
        kept = index;
        this.#wanted = kept;
        break;
      }
    }
    if (kept < all.length) this.#behind = true;
    this.#candidates = all.slice(0, kept);
  }

  /**
   * Records that are certain: those before `bound`.
   *
   * @param bound the time of the first record that can still come; undefined when none can
   */
  take(bound: number | undefined): LogRecord[] {
    let count = this.#candidates.length;
    if (bound !== undefined) {
      count = this.#candidates.findIndex(({ position }) =>
        this.#order === 'newest' ? position.time <= bound : position.time >= bound,
      );
      if (count < 0) count = this.#candidates.length;
    }
    const certain = this.#candidates.splice(0, count);
    this.#wanted -= certain.length;
    this.#last = certain.at(-1)?.position ?? this.#last;
    for (const { bytes } of certain) this.#bytesGiven += bytes;
    return certain.map(({ record }) => record);
  }

  /** The first `wanted` of the rows, in order. */
  #bestOf(set: RecordSet, rows: Uint32Array): { row: number; position: Position }[] {
    let best: { row: number; position: Position }[] = [];
    const worst = this.#candidates.length >= this.#wanted ? this.#candidates.at(-1) : undefined;
    let threshold = worst?.position;
    for (let index = 0; index < rows.length; index++) {
      // Rows come roughly by time: the wanted end first, so that the threshold is near at once.
      const row = rows[this.#order === 'newest' ? rows.length - 1 - index : index] ?? 0;
      const position = positionOf(set, row);
      if (this.#after && this.#compare(position, this.#after) <= 0) continue;
      if (this.#wanted === 0 || (threshold && this.#compare(position, threshold) >= 0)) {
        this.#behind = true;
        continue;
      }
      best.push({ row, position });
      if (best.length >= 2 * this.#wanted + 64) {
        best = this.#cut(best);
        threshold = best.at(-1)?.position;
      }
    }
    return this.#cut(best);
  }

  #cut(rows: { row: number; position: Position }[]): { row: number; position: Position }[] {
    rows.sort((a, b) => this.#compare(a.position, b.position));
    if (rows.length > this.#wanted) {
      this.#behind = true;
      rows.length = this.#wanted;
    }
    return rows;
  }

  #compare(a: Position, b: Position): number {
    return comparePositions(a, b, this.#order);
  }
}
