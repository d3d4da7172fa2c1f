/**
 * At least `count` samples within some stretch of `windowMs`: the core of every monotone condition. Samples
 * are kept by time, so late and out-of-order ones complete the windows that they belong to.
 */
import { EVENT_TIME_SKEW_MS_MAX, WINDOW_SAMPLES_MAX } from '@apiary/common/limits/alerts.ts';
import type { Held, Sample, Verdict } from './condition.ts';
import { GroupTable } from './group-table.ts';

interface Group {
  readonly times: number[];
  readonly ids: string[];
  /** It holds while the watermark is before this. */
  untilMs: number;
  first: string;
}

/** See the file's head. */
export class WindowCount {
  readonly horizonMs: number;
  readonly #count: number;
  readonly #windowMs: number;
  readonly #groups = new GroupTable<Group>(
    () => ({ times: [], ids: [], untilMs: Number.NEGATIVE_INFINITY, first: '' }),
    (group) => group.first !== '',
  );
  #verdicts: Verdict[] = [];
  #prunedMs = Number.NEGATIVE_INFINITY;

  constructor(count: number, windowMs: number) {
    this.#count = count;
    this.#windowMs = windowMs;
    this.horizonMs = windowMs + EVENT_TIME_SKEW_MS_MAX;
  }

  add(sample: Sample): void {
    const group = this.#groups.touch(sample.group);
    const at = insert(group, sample);
    const from = this.#lastWindowWith(group.times, at);
    if (from === undefined) return;
    const startMs = group.times[from] ?? sample.timeMs;
    group.untilMs = Math.max(group.untilMs, startMs + this.#windowMs);
    if (group.first !== '') return;
    group.first = group.ids[from] ?? sample.id;
    this.#verdicts.push({
      group: sample.group,
      holds: true,
      atMs: sample.timeMs,
      first: group.first,
      value: samplesFrom(group.times, startMs, this.#windowMs),
    });
  }

  advance(watermarkMs: number): void {
    const isTimeToPrune = watermarkMs - this.#prunedMs >= this.#windowMs / 4;
    if (isTimeToPrune) this.#prunedMs = watermarkMs;
    for (const [name, group] of this.#groups.entries()) {
      if (group.first !== '' && group.untilMs <= watermarkMs) {
        const { first, untilMs } = group;
        this.#verdicts.push({ group: name, holds: false, atMs: untilMs, first, value: 0 });
        group.first = '';
      }
      if (!isTimeToPrune) continue;
      prune(group, watermarkMs - this.horizonMs);
      if (group.times.length === 0 && group.first === '') this.#groups.delete(name);
    }
  }

  dueMs(): number | undefined {
    let dueMs: number | undefined;
    for (const [, { first, untilMs }] of this.#groups.entries()) {
      if (first !== '' && untilMs < (dueMs ?? Number.POSITIVE_INFINITY)) dueMs = untilMs;
    }
    return dueMs;
  }

  take(): Verdict[] {
    return this.#verdicts.splice(0);
  }

  restore({ group: name, first, lastMs }: Held): void {
    const group = this.#groups.touch(name);
    group.first = first;
    group.untilMs = Math.max(group.untilMs, lastMs + this.#windowMs);
  }

  /** The start of the latest full window that has the sample at `at` in it. */
  #lastWindowWith(times: readonly number[], at: number): number | undefined {
    const last = this.#count - 1;
    for (let from = Math.min(at, times.length - this.#count); from >= at - last; from--) {
      const startMs = times[from];
      const endMs = times[from + last];
      if (startMs === undefined || endMs === undefined) return undefined;
      if (endMs - startMs < this.#windowMs) return from;
    }
    return undefined;
  }
}

/** Puts a sample in its place, behind those of the same time; returns where. */
function insert({ times, ids }: Group, { timeMs, id }: Sample): number {
  let at = upperBound(times, timeMs);
  times.splice(at, 0, timeMs);
  ids.splice(at, 0, id);
  if (times.length > WINDOW_SAMPLES_MAX) {
    // Many at once, so that a broad rule does not move the whole array for each sample.
    const gone = WINDOW_SAMPLES_MAX / 4;
    times.splice(0, gone);
    ids.splice(0, gone);
    at -= gone;
  }
  return at;
}

function prune({ times, ids }: Group, beforeMs: number): void {
  const gone = upperBound(times, beforeMs);
  if (gone === 0) return;
  times.splice(0, gone);
  ids.splice(0, gone);
}

function samplesFrom(times: readonly number[], startMs: number, windowMs: number): number {
  return upperBound(times, startMs + windowMs - 1) - upperBound(times, startMs - 1);
}

/** The index of the first time after `timeMs`. */
function upperBound(times: readonly number[], timeMs: number): number {
  if ((times.at(-1) ?? Number.NEGATIVE_INFINITY) <= timeMs) return times.length;
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
