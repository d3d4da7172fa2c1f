/** What a benchmark is: it measures in one run, beside its reference, and prints rows. */

/** One measured figure. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The reference's figure in the same run, where there is one. */
  readonly reference?: number;
  /** What we aim at, e.g. `≤ 60`. */
  readonly goal?: string;
  /** Whether the goal is met; absent without a goal. */
  readonly ok?: boolean;
}

/** How a run shall be. */
export interface BenchOptions {
  /** Under a minute, for CI. */
  readonly short: boolean;
  /** Where real samples are, if anywhere. */
  readonly samples: string | undefined;
  /** Which corpus, for benchmarks that have several. */
  readonly corpus?: 'loghub' | 'json' | 'nginx' | 'text' | undefined;
  /** Size of the corpus. */
  readonly gb?: number | undefined;
  /** Where what was made is kept, and taken from the next time; for benchmarks that make much. */
  readonly keep?: string | undefined;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A benchmark. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  run(options: BenchOptions): Promise<readonly BenchRow[]>;
}

/** A row whose goal is an upper bound. */
export function atMost(name: string, value: number, bound: number, unit: string): BenchRow {
  return { name, value, unit, goal: `≤ ${bound}`, ok: value <= bound };
}

/** A row whose goal is a lower bound. */
export function atLeast(name: string, value: number, bound: number, unit: string): BenchRow {
  return { name, value, unit, goal: `≥ ${bound}`, ok: value >= bound };
}

/** The value below which `share` (0 to 1) of the sorted values lie. */
export function percentile(sorted: readonly number[], share: number): number {
  const index = Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1);
  return sorted[Math.max(0, index)] ?? Number.NaN;
}
