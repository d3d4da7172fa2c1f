/** What honeycomb answers about the life of what it stores; a part of its table. */
import { z } from 'zod';
import { CLUSTER_ENDS_MAX } from '../../limits/mongodb.ts';
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

/** Which lines: those that match a query in a stretch of time; ms since 1970, `from` inclusive, `to` exclusive. */
export const linesSchema = z.object({
  query: z.string().min(1).max(16_384),
  from: z.number().optional(),
  to: z.number().optional(),
});

/** How far commits had come: see CommitBound. */
const upToSchema = z.array(z.number().int().min(0)).min(1).max(CLUSTER_ENDS_MAX);

/** What a deletion would take. */
export const countedLinesSchema = z.object({
  records: z.number().int(),
  /** Of the records' times; absent where there are none. */
  firstTime: z.number().optional(),
  lastTime: z.number().optional(),
  /** Up to which commits was looked: a deletion with it takes these lines and no later ones. */
  upTo: upToSchema,
});

/** See {@link countedLinesSchema}. */
export type CountedLines = z.output<typeof countedLinesSchema>;

/** Asks for a deletion. `expected` and `reason` are for the audit log, which never learns the query. */
export const deleteLinesSchema = z.object({
  lines: linesSchema,
  /** What counting told; absent: all that is committed by then. */
  upTo: upToSchema.optional(),
  expected: z.number().int().optional(),
  reason: z.string().max(500).optional(),
});

/** How far a deletion is. */
export const deletionPartSchema = z.object({
  isDone: z.boolean(),
  /** Chunks that were looked at, of how many. */
  chunks: z.number().int(),
  of: z.number().int(),
  deleted: z.number().int(),
  /** Damaged chunks: what they hold could not be judged. */
  unreadable: z.number().int(),
});

/** See {@link deletionPartSchema}. */
export type DeletionPart = z.output<typeof deletionPartSchema>;

/** What other retention classes would let go of at once; no days: nothing. */
export const expiryPreviewSchema = z.object({
  /** Days of arrival. */
  firstDay: z.string().optional(),
  lastDay: z.string().optional(),
  /** Of what is sealed. */
  records: z.number().int(),
  storedBytes: z.number().int(),
});

/** See {@link expiryPreviewSchema}. */
export type ExpiryPreview = z.output<typeof expiryPreviewSchema>;

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
  previewRetention: defineAction(
    'honeycomb.previewRetention',
    'viewer',
    z.object({ classes: retentionClassesSchema }),
    expiryPreviewSchema,
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
  countLines: defineAction('honeycomb.countLines', 'admin', linesSchema, countedLinesSchema),
  /** Deletes lines for good; a part after each chunk. Goes on though nobody listens any more. */
  deleteLines: defineStream(
    'honeycomb.deleteLines',
    'admin',
    deleteLinesSchema,
    deletionPartSchema,
  ),
} as const;
