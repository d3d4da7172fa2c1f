import { SEARCH_HOSTS_MAX } from '@apiary/common/limits.ts';
import type { Histogram } from '@apiary/common/messages/actions/honeycomb.ts';
import { LEVELS } from '@apiary/common/record.ts';
import type { Matches } from '../records/record-set.ts';

/** The stretch of time that a histogram shows. */
export interface TallySpan {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly buckets: number;
}

/** Counts of a result: records, hosts, and records by time and level. */
export class Tally {
  total = 0;
  readonly #hosts = new Set<string>();
  readonly #from: number;
  readonly #step: number;
  readonly #buckets: number;
  /** By level, that of none first, and within it by time. */
  readonly #counts: Float64Array;

  constructor(span: TallySpan | undefined) {
    this.#from = span?.from ?? 0;
    this.#buckets = span?.buckets ?? 0;
    const width = span ? span.to - span.from : 1;
    this.#step = Math.max(1, Math.ceil(width / Math.max(this.#buckets, 1)));
    this.#counts = new Float64Array((LEVELS.length + 1) * this.#buckets);
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
    for (const [index, level] of [...LEVELS, 'none' as const].entries()) {
      const code = level === 'none' ? 0 : index + 1;
      const counts = this.#counts.subarray(code * this.#buckets, (code + 1) * this.#buckets);
      if (counts.some((count) => count > 0)) levels[level] = [...counts];
    }
    return { from: this.#from, step: this.#step, levels };
  }

  /** Counts the matches in a set. */
  async add(matches: Matches): Promise<void> {
    this.total += matches.count;
    if (this.#hosts.size < SEARCH_HOSTS_MAX) {
      const left = SEARCH_HOSTS_MAX - this.#hosts.size;
      const fresh = await matches.hosts(this.#hosts);
      for (const host of fresh.slice(0, left)) this.#hosts.add(host);
    }
    if (this.#buckets === 0) return;
    const [from, step, buckets] = [this.#from, this.#step, this.#buckets];
    const counts = await matches.byTime({ from, step, buckets });
    for (const [at, count] of counts.entries()) {
      this.#counts[at] = (this.#counts[at] ?? 0) + count;
    }
  }
}
