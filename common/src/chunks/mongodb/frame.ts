/**
 * A frame: the blocks of one commit of a segment in one row, `<segment>/<number>`. What of it exists is said
 * elsewhere: runs of a generation do when the generation's entry of that number is this frame's.
 */
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { decodeRuns } from '../../messages/data/codec.ts';
import type { Run } from '../../messages/data/run.ts';
import { bytesOf, bytesValue, type Row } from '../../mongodb/database.ts';
import type { LogRow } from './row-log.ts';

const slotSchema = z.object({
  sequence: z.number(),
  retentionClass: z.string(),
  arrivedMs: z.number(),
  agent: z.string(),
  host: z.string(),
  zoneOffsetMinutes: z.number(),
  /** Of its bodies, in order. */
  bodies: z.array(z.object({ bytes: z.number(), checksum: z.number() })),
  generations: z.array(z.string()),
});

/** What a frame says of one block, or of a part of one. */
export type Slot = z.output<typeof slotSchema>;

const headSchema = z.object({
  kind: z.enum(['blocks', 'kept', 'end']),
  slots: z.array(slotSchema),
  /** Generation → the number of the entry that names this frame. */
  entries: z.record(z.string(), z.number()),
  /** What became of earlier frames: generations whose entry was another's. */
  settles: z.array(z.object({ frame: z.number(), lost: z.array(z.string()) })),
});

/** A frame without its bodies. */
export interface FrameHead extends z.output<typeof headSchema> {
  readonly number: number;
  /** What its entries bear as `by`. */
  readonly by: string;
}

/** A frame with its bodies. */
export interface Frame extends FrameHead {
  readonly data: Buffer;
}

/** A slot with the bodies that are to be stored. */
export interface NewSlot extends Omit<Slot, 'bodies'> {
  readonly bodies: readonly Buffer[];
}

/** The id of a frame. */
export function frameId(segment: string, number: number): string {
  return `${segment}/${number}`;
}

/** A frame as a row. */
export function frameRow(
  id: string,
  by: string,
  head: {
    readonly kind: FrameHead['kind'];
    readonly slots?: readonly NewSlot[];
    readonly entries?: Readonly<Record<string, number>>;
    readonly settles?: FrameHead['settles'];
  },
): LogRow {
  const { kind, slots = [], entries = {}, settles = [] } = head;
  const described = slots.map((slot) => ({
    ...slot,
    bodies: slot.bodies.map((body) => ({ bytes: body.length, checksum: crc32(body) })),
  }));
  return {
    _id: id,
    version: 1,
    by,
    head: JSON.stringify({ kind, slots: described, entries, settles }),
    data: bytesValue(Buffer.concat(slots.flatMap(({ bodies }) => bodies))),
  };
}

/** Reads a row. @throws AppError `store-corrupt` */
export function readFrame(number: number, row: Row): Frame {
  try {
    const head = headSchema.parse(JSON.parse(String(row.head)));
    return { ...head, number, by: String(row.by), data: bytesOf(row.data) ?? Buffer.alloc(0) };
  } catch (error) {
    throw new AppError('store-corrupt', `Frame ${row._id} has not the documented shape.`, {
      cause: error,
    });
  }
}

/** The runs of a slot. @throws AppError `store-corrupt` */
export function slotRuns(frame: Frame, slot: number): Run[] {
  let at = 0;
  for (const { bodies } of frame.slots.slice(0, slot)) {
    for (const { bytes } of bodies) at += bytes;
  }
  return (frame.slots[slot]?.bodies ?? []).flatMap(({ bytes, checksum }) => {
    const body = frame.data.subarray(at, at + bytes);
    at += bytes;
    if (crc32(body) !== checksum) {
      throw new AppError('store-corrupt', 'A block does not match its checksum.');
    }
    return decodeRuns(body);
  });
}
