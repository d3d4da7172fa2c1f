/**
 * An entry of a generation's log, as the honeycomb that wrote it tells the others: they need not look for it.
 * Nothing depends on its being told: who has not heard of it is refused when it writes the same number.
 */
import { z } from 'zod';
import type { Piece } from './ranges.ts';

/** From, to, checksum, mapped. */
export const pieceSchema = z.tuple([z.number(), z.number(), z.number(), z.boolean()]);

/** See the file's head. */
export const addedEntrySchema = z.object({
  generation: z.string(),
  /** Of the entry in the generation's log. */
  number: z.number().int(),
  pieces: z.array(pieceSchema),
});

/** A piece as rows and events bear it. */
export function packPiece({ from, to, checksum, mapped }: Piece): z.output<typeof pieceSchema> {
  return [from, to, checksum, mapped];
}

/** See {@link packPiece}. */
export function unpackPiece([from, to, checksum, mapped]: z.output<typeof pieceSchema>): Piece {
  return { from, to, checksum, mapped };
}
