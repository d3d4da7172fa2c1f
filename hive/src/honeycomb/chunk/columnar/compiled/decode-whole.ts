/** Decodes all rows of a chunk at once. */
import type { Pace } from '../../../records/record-set.ts';
import type { ChunkData } from '../chunk-data.ts';
import { BodyDecoder } from './body-decoder.ts';
import type { LinearMemory } from './linear-memory.ts';

/** Bodies of all rows as stored: row `row` is `bytes[start[row]..start[row + 1]]`. */
export interface WholeRows {
  /** In the memory that was given, and valid as long as what is laid out there. */
  readonly bytes: Buffer;
  readonly start: Uint32Array;
}

/**
 * Decodes all rows.
 *
 * @throws AppError `store-corrupt` when a row has not the length that the chunk says
 */
export async function decodeWhole(
  data: ChunkData,
  pace: Pace,
  memory: LinearMemory,
): Promise<WholeRows> {
  const decoder = await BodyDecoder.open(data, memory, Number.POSITIVE_INFINITY);
  const { start } = decoder;
  return { bytes: (await decoder.next(pace)) ?? Buffer.alloc(0), start };
}
