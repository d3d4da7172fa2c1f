/**
 * What a condition is: it is fed the samples of one rule, moves with the watermark, and says for which
 * groups it holds. It knows nothing of the bus, the store or the clock, so the same object judges live
 * lines, a stretch of history, and a test's stream.
 *
 * Times are *event times*. A condition is monotone when more samples can only make it hold (it is judged
 * with each sample), else it waits: it is judged when the watermark has passed a window's end.
 */

/** A match, as a condition sees it. */
export interface Sample {
  /** The record's id. */
  readonly id: string;
  readonly timeMs: number;
  /** The key of its group; `''` without grouping. */
  readonly group: string;
  /** Values of the field that the condition names, if it names one; else the line's pattern. */
  readonly values: readonly string[];
}

/** Which of the rule's queries matched: its own, or the one that a ratio is measured against. */
export type SampleSource = 'query' | 'of';

/** A group for which the condition begins or ceases to hold. */
export interface Verdict {
  readonly group: string;
  readonly holds: boolean;
  /** The event time at which it did. */
  readonly atMs: number;
  /** The first record of the window; with the rule and the group it makes the alert's id. */
  readonly first: string;
  /** What was measured. */
  readonly value: number;
}

/** A group that held when another process judged the rule. */
export interface Held {
  readonly group: string;
  readonly first: string;
  readonly lastMs: number;
}

/** See the file's head. */
export interface Condition {
  /** How far back samples matter, in ms before the watermark. */
  readonly horizonMs: number;
  /** A field whose values the samples need; `undefined`: none. `''`: the line's pattern. */
  readonly field: string | undefined;
  add(sample: Sample, source: SampleSource): void;
  /** Everything up to `watermarkMs` has been added. Never moves back. */
  advance(watermarkMs: number): void;
  /** The watermark at which something may change without another sample. */
  dueMs(): number | undefined;
  /** Verdicts since the last call, in order: only changes. */
  take(): Verdict[];
  /** Takes over a group that holds; nothing is said of it until it ceases. */
  restore(held: Held): void;
  /** What has to be kept in the store beside alerts; undefined for most. */
  memory(): readonly string[] | undefined;
}

/** What a condition may know when it is made. */
export interface ConditionStart {
  /** Samples are complete from here on. */
  readonly sinceMs: number;
  /** When the rule was made. */
  readonly createdMs: number;
  readonly memory: readonly string[];
}
