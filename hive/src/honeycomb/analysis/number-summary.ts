/**
 * Facts of numbers in bounded memory. A few are kept as they are; past that they are counted in bins whose
 * borders grow by 2 %, so that a percentile is within 1 % of the true value (the idea of DDSketch:
 * Masson, Rim, Lee, VLDB 2019).
 */
import { EXACT_NUMBERS_MAX, SKETCH_BINS_MAX } from '@apiary/common/limits/analysis.ts';
import type { NumberFacts } from '@apiary/common/messages/analysis.ts';

const GROWTH = Math.log(1.01 / 0.99);
/** What is nearer to nought counts as nought. */
const LEAST = 1e-12;

/** See the file's head. */
export class NumberSummary {
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #exact: number[] | undefined = [];
  /** By bin: see {@link binOf}. */
  readonly #bins = new Map<number, number>();

  /** Takes a finite number. */
  add(value: number): void {
    this.#count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (this.#exact) {
      this.#exact.push(value);
      if (this.#exact.length > EXACT_NUMBERS_MAX) this.#sketch(this.#exact);
    } else this.#bin(value);
  }

  /** Takes in what another one has seen. */
  merge(other: NumberSummary): void {
    if (other.#exact) {
      for (const value of other.#exact) this.add(value);
      return;
    }
    if (this.#exact) this.#sketch(this.#exact);
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    for (const [bin, count] of other.#bins) this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count);
    this.#bound();
  }

  /** The facts; undefined without numbers. */
  get facts(): NumberFacts | undefined {
    if (this.#count === 0) return undefined;
    const [p50, p90, p95, p99] = this.#percentiles([0.5, 0.9, 0.95, 0.99]);
    const [sum, avg] = [finite(this.#sum), finite(this.#sum / this.#count)];
    return { count: this.#count, min: this.#min, max: this.#max, avg, sum, p50, p90, p95, p99 };
  }

  #sketch(values: readonly number[]): void {
    this.#exact = undefined;
    for (const value of values) this.#bin(value);
  }

  #bin(value: number): void {
    const bin = binOf(value);
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + 1);
    this.#bound();
  }

  #bound(): void {
    const surplus = this.#bins.size - SKETCH_BINS_MAX;
    if (surplus <= 0) return;
    const least = [...this.#bins.keys()].sort((a, b) => a - b).slice(0, surplus + 1);
    const kept = least.pop() ?? 0;
    for (const bin of least) {
      this.#bins.set(kept, (this.#bins.get(kept) ?? 0) + (this.#bins.get(bin) ?? 0));
      this.#bins.delete(bin);
    }
  }

  /** The nearest-rank percentiles. */
  #percentiles(shares: readonly [number, number, number, number]) {
    const ranked = this.#exact
      ? this.#exact.toSorted((a, b) => a - b).map((value) => [value, 1] as const)
      : [...this.#bins]
          .sort((a, b) => a[0] - b[0])
          .map(([bin, count]) => [valueOfBin(bin), count] as const);
    const at = (share: number) => {
      let left = Math.max(1, Math.ceil(share * this.#count));
      for (const [value, count] of ranked) {
        left -= count;
        if (left <= 0) return Math.min(Math.max(value, this.#min), this.#max);
      }
      return this.#max;
    };
    return [at(shares[0]), at(shares[1]), at(shares[2]), at(shares[3])] as const;
  }
}

/** Positive values have positive bins, negative ones negative bins, 0 is nought. */
function binOf(value: number): number {
  const size = Math.abs(value);
  if (size < LEAST) return 0;
  const bin = Math.ceil(Math.log(size / LEAST) / GROWTH) + 1;
  return value < 0 ? -bin : bin;
}

function valueOfBin(bin: number): number {
  if (bin === 0) return 0;
  const upper = LEAST * Math.exp((Math.abs(bin) - 1) * GROWTH);
  return Math.sign(bin) * upper * 0.99;
}

/** JSON has no infinity. */
function finite(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}
