import { z } from 'zod';

/** Severities, least first. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** One of {@link LEVELS}. */
export type Level = (typeof LEVELS)[number];

/**
 * One record as people and programs receive it. `body` is the line's text: bytes that are no UTF-8
 * show as U+FFFD here, and are byte for byte in the store.
 */
export const recordSchema = z.object({
  /** `generation:byte offset`, for ever the same. */
  id: z.string(),
  /** Milliseconds since 1970, from the line itself where it bears a time. */
  time: z.number(),
  /** When Bee read it. */
  observed: z.number(),
  host: z.string(),
  agent: z.string(),
  target: z.string(),
  file: z.string(),
  tags: z.array(z.string()),
  level: z.enum(LEVELS).optional(),
  body: z.string(),
});

/** See {@link recordSchema}. */
export type LogRecord = z.output<typeof recordSchema>;
