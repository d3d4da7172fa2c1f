import { z } from 'zod';
import type { ChunkEntry } from './chunks.ts';

/** A chunk's entry as the drivers store it. */
export const entrySchema: z.ZodType<ChunkEntry> = z.object({
  id: z.string(),
  partition: z.object({ day: z.string(), retentionClass: z.string() }),
  format: z.string(),
  records: z.number(),
  rawBytes: z.number(),
  storedBytes: z.number(),
  minTime: z.number(),
  maxTime: z.number(),
  firstSequence: z.number(),
  lastSequence: z.number(),
  sections: z.array(z.object({ name: z.string(), bytes: z.number() })),
});
