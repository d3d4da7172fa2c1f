import type { ChunkData } from '../chunk-data.ts';
import type { FrameUse } from '../kept-frames.ts';
import type { SlotTable } from '../slot-table.ts';

/** Columns at hand: where they begin among all columns, and their bytes. */
interface Columns {
  readonly from: number;
  readonly bytes: Buffer;
}

/**
 * Columns of one frame, looked at one behind the other without waiting: chunks of JSON have tens of thousands of them,
 * of a few hundred bytes. What is at hand may be gone after anything that was awaited, unless frames are lent.
 */
export class ColumnFrames {
  readonly #data: ChunkData;
  readonly #use: FrameUse;
  #at: Columns = { from: 0, bytes: Buffer.alloc(0) };

  constructor(data: ChunkData, use: FrameUse = 'passing') {
    this.#data = data;
    this.#use = use;
  }

  /** True if the slot's column is at hand. */
  has(slots: SlotTable, slot: number): boolean {
    const from = slots.from[slot] ?? 0;
    const to = from + (slots.bytes[slot] ?? 0);
    const at = this.#at;
    return from >= at.from && to <= at.from + at.bytes.length;
  }

  /** Has it at hand, mostly: others may have let go of it by the time that one goes on. @throws AppError `store-corrupt` */
  async enter(slots: SlotTable, slot: number): Promise<void> {
    const from = slots.from[slot] ?? 0;
    const to = from + (slots.bytes[slot] ?? 0);
    const frame = await this.#data.frameAt(from, this.#use);
    const isWithin = to <= frame.from + frame.bytes.length;
    this.#at = isWithin ? frame : { from, bytes: await this.#data.columns(from, to) };
  }

  /** Bytes of the column and others. */
  get bytes(): Buffer {
    return this.#at.bytes;
  }

  /** Where the slot's column begins in {@link bytes}. */
  begin(slots: SlotTable, slot: number): number {
    return (slots.from[slot] ?? 0) - this.#at.from;
  }
}
