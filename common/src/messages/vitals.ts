/** What a process tells about itself every few seconds, and what Queen makes of all of it. */
import { z } from 'zod';

/** Messages that wait in a queue which this process consumes or looks after. */
const queueSchema = z.object({
  name: z.string().max(64),
  waiting: z.int().nonnegative(),
});

/** A disk, in bytes; `reserveBytes` is kept free. */
const diskSchema = z.object({
  freeBytes: z.number().nonnegative(),
  totalBytes: z.number().nonnegative(),
  reserveBytes: z.number().nonnegative(),
});

/** Ingest of one honeycomb. */
const ingestSchema = z.object({
  /** From the Bee's reading to the durable commit, the slowest of the last seconds; absent at rest. */
  lagMs: z.number().nonnegative().optional(),
  /** Why nothing is taken in just now. */
  stopped: z.object({ reason: z.string().max(300), sinceMs: z.number() }).optional(),
  /** What has come and is not stored yet: what is being done about it, and since when the oldest of it waits; absent at rest. */
  uncommitted: z
    .object({ step: z.string().max(64), messages: z.int().positive(), sinceMs: z.number() })
    .optional(),
});

/** Body of the event `process.vitals`. */
export const vitalsSchema = z.object({
  /** New at each start of the process. */
  instance: z.string().max(64),
  components: z.array(z.string().max(32)).max(16),
  version: z.string().max(32),
  startedMs: z.number(),
  atMs: z.number(),
  residentBytes: z.number().nonnegative(),
  /** Of one core, over the last interval. */
  cpuShare: z.number().nonnegative(),
  queues: z.array(queueSchema).max(32),
  disk: diskSchema.optional(),
  ingest: ingestSchema.optional(),
});

/** See {@link vitalsSchema}. */
export type Vitals = z.output<typeof vitalsSchema>;

/** How one component is. */
const componentHealthSchema = z.object({
  name: z.string(),
  /** `late`: it works but lags behind or has stopped taking in. */
  state: z.enum(['well', 'late', 'missing']),
  /** Processes that run it. */
  processes: z.int().nonnegative(),
});

/** Apiary's own health as one document. */
export const healthSchema = z.object({
  atMs: z.number(),
  well: z.boolean(),
  /** One sentence on each thing that is not well, the worst first. */
  sentences: z.array(z.string()),
  linesPerSecond: z.number(),
  bytesPerSecond: z.number(),
  /** Log blocks that wait in the broker, and the most of them since Queen started. */
  queue: z.object({ waiting: z.int(), most: z.int(), mostAtMs: z.number() }).optional(),
  /** Slowest line of the last seconds, from being read to being stored. */
  lagMs: z.number().optional(),
  dead: z.int(),
  quarantined: z.int(),
  disk: diskSchema.optional(),
  components: z.array(componentHealthSchema),
  processes: z.array(vitalsSchema),
});

/** See {@link healthSchema}. */
export type Health = z.output<typeof healthSchema>;
