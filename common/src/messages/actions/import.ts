/** What honeycomb answers about bulk imports; a part of its table. */
import { z } from 'zod';
import { IMPORT_BODIES_MAX, IMPORT_BODY_CHARS_MAX } from '../../limits/store.ts';
import { defineAction, defineStream } from './action.ts';

/** 16 hex digits: the first of SHA-256 over the host, a zero byte and the SHA-256 of the content in hex. */
const generationSchema = z.string().regex(/^[0-9a-f]{16}$/);

/** Lines of one host on their way into the store. */
export const importRunsSchema = z.object({
  host: z.string().min(1).max(255),
  /** Minutes east of UTC, for time stamps without a zone. */
  zoneOffsetMinutes: z.number().int().min(-900).max(900),
  /** Bodies of data messages in base64, their runs marked as history. */
  bodies: z.array(z.base64().max(IMPORT_BODY_CHARS_MAX)).min(1).max(IMPORT_BODIES_MAX),
});

/** What of a content is stored, read back from the store. */
export const digestPartSchema = z.object({
  isDone: z.boolean(),
  /** Read so far, in the order of the content. */
  bytes: z.number().int(),
  lines: z.number().int(),
  /** Of these bytes, in hex; once it is done. */
  sha256: z.string().optional(),
  /** Bytes that are stored, but behind a gap. */
  beyond: z.number().int(),
});

/** See {@link digestPartSchema}. */
export type DigestPart = z.output<typeof digestPartSchema>;

/** See the file's head. */
export const importActions = {
  /** Stores lines; answers when they are durable. What is held already is not stored again. */
  importRuns: defineAction(
    'honeycomb.importRuns',
    'admin',
    importRunsSchema,
    z.object({ storedBytes: z.number().int(), heldBytes: z.number().int() }),
  ),
  /** Reads a content back, from its beginning to the first byte that is not there. */
  digest: defineStream(
    'honeycomb.digest',
    'admin',
    z.object({ generation: generationSchema }),
    digestPartSchema,
  ),
} as const;
