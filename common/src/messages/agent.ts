/** Agents (Bees), their targets, and what is known of their life: the documents and their parts. */
import { z } from 'zod';
import { AppError } from '../errors.ts';

/** An agent's id: the first 32 hex digits of SHA-256 over its raw 32-byte Ed25519 public key. */
export const agentIdSchema = z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 hex digits');

/** What a Bee finds out about its machine by itself. */
export const agentFactsSchema = z.object({
  hostName: z.string().min(1).max(255),
  machineId: z.string().max(128),
  addresses: z.array(z.string().max(64)).max(64),
  system: z.string().max(255),
  architecture: z.string().max(32),
  version: z.string().max(32),
  /** Minutes east of UTC, for time stamps without a zone. */
  zoneOffsetMinutes: z.number().int().min(-900).max(900),
  /** `6.1.0-18-amd64`. */
  kernel: z.string().max(128).optional(),
  /** `none`, or what the machine is made of: `kvm`, `vmware`, `docker`, … */
  virtualisation: z.string().max(32).optional(),
  /** Whose machine it is, by its firmware's words: `aws`, `azure`, `hetzner`, … Absent where none is known. */
  cloud: z.string().max(32).optional(),
});

/** See {@link agentFactsSchema}. */
export type AgentFacts = z.output<typeof agentFactsSchema>;

/** What a person decided about an agent. */
export const APPROVALS = ['pending', 'approved', 'revoked'] as const;

/** An agent; written by agentmanager. */
export const agentSchema = z.object({
  id: agentIdSchema,
  /** The host name, unless a person gave another. */
  name: z.string().min(1).max(255),
  /** `4f:9c:21:7e:…`: the first 8 bytes of the id, as a person compares them. */
  fingerprint: z.string(),
  /** The raw Ed25519 public key, base64. */
  publicKey: z.string().length(44),
  approval: z.enum(APPROVALS),
  facts: agentFactsSchema,
  tags: z.array(z.string().max(64)).max(32),
  firstSeenMs: z.number(),
  /** When and by whom the approval was last changed. */
  decidedMs: z.number().optional(),
  decidedBy: z.string().optional(),
});

/** See {@link agentSchema}. */
export type Agent = z.output<typeof agentSchema>;

/** How many of several agents with one name a message names. */
const TWINS_NAMED_MAX = 4;

/** Says that a name is not enough, with the ids that are. */
export function severalAgents(name: string, agents: readonly Pick<Agent, 'id'>[]): AppError {
  const ids = agents.slice(0, TWINS_NAMED_MAX).map(({ id }) => id);
  const more = agents.length > TWINS_NAMED_MAX ? ', …' : '';
  return new AppError(
    'conflict',
    `several agents are called ${name}: name one by its id (${ids.join(', ')}${more})`,
    { details: { name } },
  );
}

/** Characters of a tag: what the query language takes as a word, and `-` and `.`. */
export const tagSchema = z
  .string()
  .regex(/^[\p{L}\p{N}_.-]{1,64}$/u, 'a tag is 1 to 64 letters, digits, `_`, `-` or `.`');

/** What an agent shall watch. */
export const targetSpecSchema = z.object({
  id: z.string().min(1).max(64),
  /** `file:///var/log/nginx/*.log`, `journald:`, … */
  url: z.string().min(1).max(2048),
  tags: z.array(tagSchema).max(32),
  /** True: also what the file held before; those runs are marked as history. */
  history: z.boolean(),
});

/** See {@link targetSpecSchema}. */
export type TargetSpec = z.output<typeof targetSpecSchema>;

/** What became of a target at its agent. */
export const targetStateSchema = z.object({
  state: z.enum(['waiting', 'active', 'failed']),
  /** For a person: why it failed and what to do on the host. */
  reason: z.string().max(1024).optional(),
  /** Files or streams that it covers now. */
  files: z.number().int().nonnegative().optional(),
});

/** See {@link targetStateSchema}. */
export type TargetState = z.output<typeof targetStateSchema>;

/** A target as stored; written by agentmanager. */
export const targetSchema = targetSpecSchema.extend({
  agent: agentIdSchema,
  createdMs: z.number(),
  createdBy: z.string(),
  status: targetStateSchema,
});

/** See {@link targetSchema}. */
export type Target = z.output<typeof targetSchema>;

/** An agent's life as heard; written by agentmonitor at each change. */
export const livenessSchema = z.object({
  id: agentIdSchema,
  state: z.enum(['alive', 'dead']),
  sinceMs: z.number(),
  /** The last heartbeat known when this was written. */
  heardMs: z.number(),
});

/** See {@link livenessSchema}. */
export type Liveness = z.output<typeof livenessSchema>;

/** An agent with all that is known of it, as screens show it. */
export const agentViewSchema = agentSchema.extend({
  life: z.enum(['alive', 'dead', 'unknown']),
  lifeSinceMs: z.number().optional(),
  heardMs: z.number().optional(),
  targets: z.number().int(),
  failedTargets: z.number().int(),
});

/** See {@link agentViewSchema}. */
export type AgentView = z.output<typeof agentViewSchema>;
