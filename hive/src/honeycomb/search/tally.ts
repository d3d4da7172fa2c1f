import { SEARCH_HOSTS_MAX } from '@apiary/common/limits.ts';
import type { Histogram } from '@apiary/common/messages/actions/honeycomb.ts';
import { LEVELS } from '@apiary/common/record.ts';
import type { Pace, RowColumns } from '../record-set.ts';

/** The stretch of time that a histogram shows. */
export interface TallySpan {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly buckets: number;
}

const ROWS_PER_LOOK = 512;

/** Counts of a result: records, hosts, and records by time and level. */
export class Tally {
  total = 0;
  readonly #hosts = new Set<string>();
  readonly #from: number;
  readonly #step: number;
  readonly #buckets: number;
  readonly #levels = new Map<(typeof LEVELS)[number] | 'none', number[]>();

  constructor(span: TallySpan | undefined) {
    this.#from = span?.from ?? 0;
    this.#buckets = span?.buckets ?? 0;
    const width = span ? span.to - span.from : 1;
    this.#step = Math.max(1, Math.ceil(width / Math.max(this.#buckets, 1)));
  }

  /** Different hosts, at most SEARCH_HOSTS_MAX. */
  get hosts(): number {
    return this.#hosts.size;
  }

  get hostNames(): readonly string[] {
    return [...this.#hosts];
  }

  get histogram(): Histogram | undefined {
    if (this.#buckets === 0) return undefined;
    const levels: Histogram['levels'] = {};
    for (const level of [...LEVELS, 'none'] as const) {
      const counts = this.#levels.get(level);
      if (counts) levels[level] = [...counts];
    }
    return { from: this.#from, step: this.#step, levels };
  }

  /** Counts the matching rows of a set. */
  async add(set: RowColumns, rows: Uint32Array, pace: Pace): Promise<void> {
    this.total += rows.length;
    let host = '';
    for (const [index, row] of rows.entries()) {
      if (index % ROWS_PER_LOOK === 0) {
        const pause = pace();
        if (pause) await pause;
      }
      const source = set.source(row);
      if (source.host !== host) {
        host = source.host;
        if (this.#hosts.size < SEARCH_HOSTS_MAX) this.#hosts.add(host);
      }
      if (this.#buckets > 0) this.#countTime(set, row);
    }
  }

  #countTime(set: RowColumns, row: number): void {
    const level = set.level(row) ?? 'none';
    let counts = this.#levels.get(level);
    if (!counts) {
      counts = new Array<number>(this.#buckets).fill(0);
      this.#levels.set(level, counts);
    }
    const found = Math.floor((set.time(row) - this.#from) / this.#step);
    const bucket = Math.min(Math.max(found, 0), this.#buckets - 1);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
}
