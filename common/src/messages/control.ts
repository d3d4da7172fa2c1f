/**
 * Control messages between Bees and the Hive: JSON, at most CONTROL_MESSAGE_BYTES_MAX. Those from a Bee
 * carry the headers `agent` (its id) and `signature` (base64 Ed25519 over SHA-256 of the body).
 */
import { z } from 'zod';
import { agentFactsSchema, agentIdSchema, targetSpecSchema, targetStateSchema } from './agent.ts';
import { answerSchema, questionSchema } from './host-view.ts';
import { ledgerReportSchema } from './ledger.ts';

/** Bee → agentmanager, at every (re)connection. */
export const handshakeSchema = z.object({
  type: z.literal('handshake'),
  version: z.literal(1),
  agent: agentIdSchema,
  publicKey: z.string().length(44),
  /** The Bee's own command queue on this connection. */
  commandQueue: z.string().min(1).max(255),
  sentMs: z.number(),
  facts: agentFactsSchema,
});

/** Bee → agentmonitor. */
export const heartbeatSchema = z.object({
  type: z.literal('heartbeat'),
  version: z.literal(1),
  agent: agentIdSchema,
  sentMs: z.number(),
  /** Counts up while the process lives, so that a redelivery is seen as such. */
  sequence: z.number().int().nonnegative(),
  linesRead: z.number().nonnegative(),
  bytesConfirmed: z.number().nonnegative(),
  /** What changed in the Bee's ledger since the heartbeat before. */
  ledger: ledgerReportSchema.optional(),
});

const targetReportSchema = targetStateSchema.extend({ target: z.string().max(64) });

/** Bee → agentmanager: the answer to `set-targets`, and again whenever a target's state changes. */
export const targetReportsSchema = z.object({
  type: z.literal('target-reports'),
  version: z.literal(1),
  agent: agentIdSchema,
  /** The command that this answers; absent when the Bee speaks by itself. */
  request: z.string().max(64).optional(),
  reports: z.array(targetReportSchema).max(1000),
});

/** Bee → agentmanager: the answer to `ask`. */
export const agentAnswerSchema = z.object({
  type: z.literal('answer'),
  version: z.literal(1),
  agent: agentIdSchema,
  request: z.string().max(64),
  answer: answerSchema,
});

/** All that a Bee may send to agentmanager. */
export const fromAgentSchema = z.discriminatedUnion('type', [
  handshakeSchema,
  targetReportsSchema,
  agentAnswerSchema,
]);

/** agentmanager → Bee, after a handshake and at each change of approval. */
export const welcomeSchema = z.object({
  type: z.literal('welcome'),
  version: z.literal(1),
  approval: z.enum(['pending', 'approved', 'revoked', 'refused']),
  /** Why it was refused. */
  reason: z.string().optional(),
  heartbeatMs: z.number().int().positive(),
  /** The full desired state; empty unless approved. */
  targets: z.array(targetSpecSchema).max(1000),
});

/** agentmanager → Bee: the full desired state. */
export const setTargetsSchema = z.object({
  type: z.literal('set-targets'),
  version: z.literal(1),
  request: z.string().max(64),
  targets: z.array(targetSpecSchema).max(1000),
});

/** agentmanager → Bee: what somebody wants to know about the host. */
export const askSchema = z.object({
  type: z.literal('ask'),
  version: z.literal(1),
  request: z.string().max(64),
  question: questionSchema,
});

/** All that agentmanager may send to a Bee. */
export const toAgentSchema = z.discriminatedUnion('type', [
  welcomeSchema,
  setTargetsSchema,
  askSchema,
]);

/** See {@link handshakeSchema}. */
export type Handshake = z.output<typeof handshakeSchema>;
/** See {@link heartbeatSchema}. */
export type Heartbeat = z.output<typeof heartbeatSchema>;
/** See {@link targetReportsSchema}. */
export type TargetReports = z.output<typeof targetReportsSchema>;
/** See {@link fromAgentSchema}. */
export type FromAgent = z.output<typeof fromAgentSchema>;
/** See {@link welcomeSchema}. */
export type Welcome = z.output<typeof welcomeSchema>;
/** See {@link setTargetsSchema}. */
export type SetTargets = z.output<typeof setTargetsSchema>;
/** See {@link toAgentSchema}. */
export type ToAgent = z.output<typeof toAgentSchema>;
/** See {@link askSchema}. */
export type Ask = z.output<typeof askSchema>;
/** See {@link agentAnswerSchema}. */
export type AgentAnswer = z.output<typeof agentAnswerSchema>;
