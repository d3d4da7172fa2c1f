/** What honeycomb answers about the life of what it stores; a part of its table. */
import { z } from 'zod';
import { retentionClassesSchema, retentionViewSchema } from '../retention.ts';
import { defineAction, defineStream } from './action.ts';

const retentionAnswer = z.object({ classes: z.array(retentionViewSchema) });

/** How far a check of the store is. */
export const checkPartSchema = z.object({
  isDone: z.boolean(),
  chunks: z.number().int(),
  /** Of all that there are. */
  of: z.number().int(),
  records: z.number().int(),
  storedBytes: z.number().int(),
  /** New ones since the part before. */
  problems: z.array(
    z.object({ chunk: z.string(), day: z.string(), records: z.number(), reason: z.string() }),
  ),
  problemsTotal: z.number().int(),
});

/** See {@link checkPartSchema}. */
export type CheckPart = z.output<typeof checkPartSchema>;

/** See the file's head. */
export const storeActions = {
  readRetention: defineAction('honeycomb.readRetention', 'viewer', z.object({}), retentionAnswer),
  /** Replaces all classes. What is past its time then goes at once. */
  setRetention: defineAction(
    'honeycomb.setRetention',
    'admin',
    z.object({ classes: retentionClassesSchema }),
    retentionAnswer,
  ),
  sizes: defineAction(
    'honeycomb.sizes',
    'viewer',
    z.object({}),
    z.object({
      /** All files of the store; absent where a server keeps them. */
      diskBytes: z.number().optional(),
      /** Of these, what new data can use before the store grows. */
      freeBytes: z.number().optional(),
      /** What is not sealed yet. */
      open: z.object({ records: z.number(), rawBytes: z.number(), storedBytes: z.number() }),
      /** The newest first. */
      partitions: z.array(
        z.object({
          day: z.string(),
          retentionClass: z.string(),
          chunks: z.number().int(),
          records: z.number().int(),
          rawBytes: z.number().int(),
          storedBytes: z.number().int(),
          formats: z.array(z.string()),
        }),
      ),
    }),
  ),
  /** Reads every sealed chunk; a part after each. */
  check: defineStream('honeycomb.check', 'admin', z.object({}), checkPartSchema),
} as const;
