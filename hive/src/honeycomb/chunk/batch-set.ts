import { LEVELS, type Level } from '@apiary/common/record.ts';
import { levelOfBody } from '../records/record-facts.ts';
import type { RecordSet, RowSource } from '../records/record-set.ts';
import type { RowBatch, Stretch } from './row-batch.ts';

const NEWLINE = 10;
const UNKNOWN = 255;

/** A batch as records. Levels are read from the bodies when they are asked for. */
export class BatchSet implements RecordSet {
  readonly count: number;
  readonly #batch: RowBatch;
  readonly #levels: Uint8Array;
  #offsets: Float64Array | undefined;
  #stretch: Stretch | undefined;

  constructor(batch: RowBatch) {
    this.#batch = batch;
    this.count = batch.count;
    this.#levels = new Uint8Array(batch.count).fill(UNKNOWN);
  }

  isVisible(): boolean {
    return true;
  }

  time(row: number): number {
    return this.#batch.time[row] ?? 0;
  }

  level(row: number): Level | undefined {
    let code = this.#levels[row] ?? 0;
    if (code === UNKNOWN) {
      const level = levelOfBody(this.body(row));
      code = level === undefined ? 0 : 1 + LEVELS.indexOf(level);
      this.#levels[row] = code;
    }
    return LEVELS[code - 1];
  }

  source(row: number): RowSource {
    return this.#stretchOf(row).source;
  }

  offset(row: number): number {
    this.#offsets ??= offsetsOf(this.#batch);
    return this.#offsets[row] ?? 0;
  }

  sourceLength(row: number): number {
    return this.#batch.sourceLength[row] ?? 0;
  }

  sequence(row: number): number {
    return this.#stretchOf(row).sequence;
  }

  observed(row: number): number {
    return this.#stretchOf(row).observed;
  }

  isMapped(row: number): boolean {
    return this.#stretchOf(row).mapped;
  }

  /** The row's bytes as stored, line end included. */
  bytes(row: number): Buffer {
    const { bytes, start } = this.#batch;
    return bytes.subarray(start[row], start[row + 1]);
  }

  body(row: number): Buffer {
    const bytes = this.bytes(row);
    if (this.isMapped(row) || bytes.at(-1) !== NEWLINE) return bytes;
    return bytes.subarray(0, -1);
  }

  timestampLength(row: number): number {
    return this.#batch.timestampLength[row] ?? 0;
  }

  #stretchOf(row: number): Stretch {
    const last = this.#stretch;
    if (last && row >= last.from && row < last.to) return last;
    const { stretches } = this.#batch;
    let low = 0;
    let high = stretches.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((stretches[middle]?.to ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    const found = stretches[low];
    if (!found) throw new RangeError(`row ${row} of ${this.count}`);
    this.#stretch = found;
    return found;
  }
}

/** By row: its place in its generation. */
export function offsetsOf({ count, stretches, sourceLength }: RowBatch): Float64Array {
  const offsets = new Float64Array(count);
  for (const { from, to, offset } of stretches) {
    let at = offset;
    for (let row = from; row < to; row++) {
      offsets[row] = at;
      at += sourceLength[row] ?? 0;
    }
  }
  return offsets;
}
