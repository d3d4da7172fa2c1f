import { SEARCH_HOSTS_MAX } from '@apiary/common/limits.ts';
import type { Histogram, SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Part } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import { LEVELS, type LogRecord } from '@apiary/common/record.ts';

/** The counts of several parts of one search, added up. */
export class Totals {
  total = 0;
  /** There are records behind the last one that was given. */
  hasMore = false;
  /** The page has all that it may: counts alone are waited for. */
  isFull = false;
  readonly #missing: string[];
  readonly #hosts = new Set<string>();
  #histogram: Histogram | undefined;

  constructor(missing: readonly string[]) {
    this.#missing = [...missing];
  }

  get missing(): string[] {
    return this.#missing;
  }

  miss(what: string): void {
    this.#missing.push(what);
  }

  add(end: Extract<Part, { type: 'end' }>): void {
    this.total += end.total;
    this.hasMore ||= end.hasMore;
    this.#missing.push(...end.missing);
    for (const host of end.hosts) {
      if (this.#hosts.size < SEARCH_HOSTS_MAX) this.#hosts.add(host);
    }
    if (end.histogram) this.#histogram = sum(this.#histogram, end.histogram);
  }

  /** The records of a part; its counts are added when it has ended. */
  async *recordsOf(parts: AsyncIterable<Part>): AsyncGenerator<LogRecord, undefined> {
    for await (const part of parts) {
      if (part.type === 'end') this.add(part);
      else yield* this.#wantedOf(part.records);
    }
  }

  *#wantedOf(records: readonly LogRecord[]): Generator<LogRecord> {
    for (const record of records) {
      if (this.isFull) {
        this.hasMore = true;
        return;
      }
      yield record;
    }
  }

  counts(): SearchPart {
    const histogram = this.#histogram;
    const hosts = this.#hosts.size;
    return { type: 'counts', total: this.total, hosts, ...(histogram && { histogram }) };
  }
}

/** Both are of one span. */
function sum(a: Histogram | undefined, b: Histogram): Histogram {
  if (!a) return b;
  const levels: Histogram['levels'] = {};
  for (const level of [...LEVELS, 'none'] as const) {
    const [one, two] = [a.levels[level], b.levels[level]];
    const counts = one && two ? one.map((count, index) => count + (two[index] ?? 0)) : (one ?? two);
    if (counts) levels[level] = counts;
  }
  return { ...a, levels };
}
