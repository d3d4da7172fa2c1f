/**
 * Columns cut into sections of values. Each is put together when it is asked for: all of them side by side would take as
 * much memory again as the values do.
 */
import type { ValueColumns } from './value-columns.ts';

/** Bytes of columns in one section of values: small ones are decoded fast, large ones compress well. */
const FRAME_BYTES = 192 * 1024;
/** A column past it is cut, so that no section outgrows the store. */
const FRAME_BYTES_MAX = 4 * 1024 * 1024;

/** Columns that stand together, in one section or, where they are large, in several. */
interface Group {
  readonly slots: readonly number[];
  readonly bytes: number;
}

/** See the file's head. Columns whose values are in the lexicon are not among them. */
export class ValueFrames {
  readonly #columns: ValueColumns;
  readonly #groups: Group[] = [];

  constructor(columns: ValueColumns) {
    this.#columns = columns;
    const { columnBytes, listed, order } = columns;
    let slots: number[] = [];
    let bytes = 0;
    const cut = () => {
      if (bytes > 0) this.#groups.push({ slots, bytes });
      slots = [];
      bytes = 0;
    };
    for (const slot of order) {
      if (listed[slot] === 1) break;
      slots.push(slot);
      bytes += columnBytes[slot] ?? 0;
      if (bytes >= FRAME_BYTES) cut();
    }
    cut();
  }

  /** Bytes of each section. */
  get lengths(): number[] {
    return this.#groups.flatMap(({ bytes }) =>
      Array.from({ length: Math.ceil(bytes / FRAME_BYTES_MAX) }, (_, part) =>
        Math.min(FRAME_BYTES_MAX, bytes - part * FRAME_BYTES_MAX),
      ),
    );
  }

  /** The sections, each there until the next one is asked for. */
  *[Symbol.iterator](): Generator<Buffer> {
    for (const { slots, bytes } of this.#groups) {
      const whole = this.#columns.gather(slots);
      for (let from = 0; from < bytes; from += FRAME_BYTES_MAX) {
        yield whole.subarray(from, Math.min(bytes, from + FRAME_BYTES_MAX));
      }
    }
  }
}
