import { PATTERN_HOSTS_MAX, SLOT_VALUES_MAX } from '@apiary/common/limits/patterns.ts';
import { REST, SLOT } from '@apiary/common/query/line-pattern.ts';
import type { Level } from '@apiary/common/record.ts';
import { type ValueBudget, ValueCounts } from '../analysis/value-counts.ts';

/** One line of a group. */
export interface MaskedLine {
  readonly words: readonly string[];
  readonly time: number;
  readonly level: Level | undefined;
  readonly host: string;
  readonly bucket: number;
  readonly body: string;
}

/** What is known of lines that are masked alike, or that were merged. */
export class MaskedGroup {
  /** With slots. */
  readonly words: readonly string[];
  count = 0;
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  example = '';
  readonly levels = new Map<Level | 'none', number>();
  readonly hosts = new Set<string>();
  readonly trend: number[];
  /** By word with a slot: the words of lines in its place. */
  readonly values = new Map<number, ValueCounts>();

  constructor(words: readonly string[], buckets: number, budget: ValueBudget) {
    this.words = words;
    this.trend = new Array<number>(buckets).fill(0);
    for (const [place, word] of words.entries()) {
      if (word === REST || !word.includes(SLOT)) continue;
      this.values.set(place, new ValueCounts(SLOT_VALUES_MAX, budget));
    }
  }

  /** Takes a line in. */
  add({ words, time, level, host, bucket, body }: MaskedLine): void {
    this.count++;
    if (time < this.first) this.first = time;
    if (time > this.last || this.example === '') {
      this.last = Math.max(time, this.last);
      this.example = body;
    }
    const name = level ?? 'none';
    this.levels.set(name, (this.levels.get(name) ?? 0) + 1);
    if (this.hosts.size < PATTERN_HOSTS_MAX) this.hosts.add(host);
    this.trend[bucket] = (this.trend[bucket] ?? 0) + 1;
    for (const [place, values] of this.values) values.add(words[place] ?? '');
  }

  /** Takes in a group of which this one is more general. */
  merge(other: MaskedGroup): void {
    this.count += other.count;
    this.first = Math.min(this.first, other.first);
    if (other.last > this.last) this.example = other.example;
    this.last = Math.max(this.last, other.last);
    for (const [level, count] of other.levels) {
      this.levels.set(level, (this.levels.get(level) ?? 0) + count);
    }
    for (const host of other.hosts) if (this.hosts.size < PATTERN_HOSTS_MAX) this.hosts.add(host);
    for (const [bucket, count] of other.trend.entries()) {
      this.trend[bucket] = (this.trend[bucket] ?? 0) + count;
    }
    for (const [place, values] of this.values) {
      const theirs = other.values.get(place);
      if (theirs) values.merge(theirs);
      // What was a literal word there is a value here.
      else values.add(other.words[place] ?? '', other.count);
    }
  }

  /** Gives the room of its values back. */
  release(budget: ValueBudget): void {
    for (const values of this.values.values()) budget.left += [...values.entries()].length;
  }
}
