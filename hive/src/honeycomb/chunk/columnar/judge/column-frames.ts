import type { ChunkData } from '../chunk-data.ts';
import type { SlotTable } from '../slot-table.ts';

/** Columns at hand: where they begin among all columns, and their bytes. */
interface Columns {
  readonly from: number;
  readonly bytes: Buffer;
}

/**
 * Columns of one frame, looked at one behind the other without waiting: chunks of JSON have tens of thousands of them,
 * of a few hundred bytes.
 */
export class ColumnFrames {
  readonly #data: ChunkData;
  #at: Columns = { from: 0, bytes: Buffer.alloc(0) };

  constructor(data: ChunkData) {
    this.#data = data;
  }

  /** Has the slot's column at hand; to be awaited before {@link bytes}, where it is a promise. */
  enter(slots: SlotTable, slot: number): Promise<void> | undefined {
    const from = slots.from[slot] ?? 0;
    const to = from + (slots.bytes[slot] ?? 0);
    const at = this.#at;
    if (from >= at.from && to <= at.from + at.bytes.length) return undefined;
    return this.#enter(from, to);
  }

  /** Bytes of the column and others. */
  get bytes(): Buffer {
    return this.#at.bytes;
  }

  /** Where the slot's column begins in {@link bytes}. */
  begin(slots: SlotTable, slot: number): number {
    return (slots.from[slot] ?? 0) - this.#at.from;
  }

  async #enter(from: number, to: number): Promise<void> {
    const frame = await this.#data.frameAt(from);
    const isWithin = to <= frame.from + frame.bytes.length;
    this.#at = isWithin ? frame : { from, bytes: await this.#data.columns(from, to) };
  }
}
