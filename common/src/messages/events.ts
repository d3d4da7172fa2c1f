/** Events on `apiary.events`, by name; their bodies are for screens and caches only. */
import { z } from 'zod';
import { addedEntrySchema } from '../chunks/added-entry.ts';
import { agentIdSchema } from './agent.ts';
import { deliveryKindSchema } from './delivery.ts';
import { holdingSchema } from './ledger.ts';
import { trafficChangeSchema } from './traffic.ts';
import { vitalsSchema } from './vitals.ts';

const agentEvent = z.object({ agent: agentIdSchema, name: z.string(), atMs: z.number() });

const ledgerEvent = z.object({
  agent: agentIdSchema,
  name: z.string(),
  file: z.string(),
  generation: z.string(),
  bytes: z.number(),
  atMs: z.number(),
});

/** Event name → shape of its body. `document.changed.<collection>` has DocumentChange's shape. */
export const EVENT_SCHEMAS = {
  'agent.joined': agentEvent,
  'agent.approved': agentEvent,
  'agent.revoked': agentEvent,
  'agent.alive': agentEvent,
  'agent.dead': agentEvent,
  /** These agents' ledgers have changed. */
  'ledger.changed': z.object({ agents: z.array(agentIdSchema) }),
  /** How much these agents send, or how far they are behind, has changed. */
  'traffic.changed': z.object({ traffic: z.array(trafficChangeSchema) }),
  /** Bytes are missing for good. */
  'ledger.gap': ledgerEvent.extend({ reason: z.string() }),
  /** Bytes wait and nothing moves. */
  'ledger.stuck': ledgerEvent.extend({ reason: z.string(), sinceMs: z.number() }),
  /** What was stuck moves again. */
  'ledger.moving': ledgerEvent,
  /** Honeycomb has stored these ranges, which it did not hold before. */
  'holdings.added': z.object({ instance: z.string(), holdings: z.array(holdingSchema) }),
  /** A honeycomb has added entries to generations, so that others that share its store need not look for them. */
  'ranges.added': z.object({ instance: z.string(), entries: z.array(addedEntrySchema) }),
  'target.changed': z.object({
    agent: agentIdSchema,
    target: z.string(),
    state: z.enum(['waiting', 'active', 'failed', 'removed']),
    reason: z.string().optional(),
    atMs: z.number(),
  }),
  'message.dead': z.object({ reason: z.string(), agent: z.string().optional(), atMs: z.number() }),
  /** Somebody decided on messages that were put aside. */
  'letters.changed': z.object({ queue: z.enum(['dead', 'quarantine']) }),
  'delivery.dead': z.object({
    delivery: z.string(),
    channel: z.string(),
    rule: z.string(),
    reason: z.string(),
    atMs: z.number(),
  }),
  'alert.changed': z.object({
    alert: z.string(),
    rule: z.string(),
    state: z.enum(['pending', 'firing', 'resolved']),
    /** What people are told; absent where only what screens show has changed. */
    kind: deliveryKindSchema.optional(),
    atMs: z.number(),
  }),
  /** An instance of pheromone stops: its rules are free. */
  'rules.released': z.object({ instance: z.string() }),
  /** How a process is, every VITALS_INTERVAL_MS. */
  'process.vitals': vitalsSchema,
  /** Retention let go of what was past the age or size of its class. */
  'store.expired': z.object({
    instance: z.string(),
    retentionClass: z.string(),
    /** Of arrival. */
    day: z.string(),
    chunks: z.number().int(),
    records: z.number().int(),
    storedBytes: z.number().int(),
    atMs: z.number(),
  }),
  /** Lines were deleted by query. */
  'store.deleted': z.object({
    instance: z.string(),
    records: z.number().int(),
    /** Damaged chunks that could not be judged. */
    unreadable: z.number().int(),
    atMs: z.number(),
  }),
  /** A honeycomb takes nothing in: what comes waits in the broker, then at the Bees. */
  'ingest.stopped': z.object({ instance: z.string(), reason: z.string(), atMs: z.number() }),
  'ingest.resumed': z.object({ instance: z.string(), stoppedMs: z.number(), atMs: z.number() }),
  /** A honeycomb is at work, or holds what another one did that is gone: who listens asks where it stands. */
  'honeycomb.changed': z.object({ instance: z.string() }),
  'ingest.rate': z.object({
    instance: z.string(),
    linesPerSecond: z.number(),
    bytesPerSecond: z.number(),
    atMs: z.number(),
  }),
} as const;

/** A name of {@link EVENT_SCHEMAS}. */
export type EventName = keyof typeof EVENT_SCHEMAS;

/** The body of an event. */
export type EventBody<N extends EventName> = z.output<(typeof EVENT_SCHEMAS)[N]>;
