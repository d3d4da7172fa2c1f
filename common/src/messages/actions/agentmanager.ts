/** What agentmanager answers. */
import { z } from 'zod';
import { agentIdSchema, agentSchema, agentViewSchema, tagSchema, targetSchema } from '../agent.ts';
import {
  fileEndRequestSchema,
  fileEndSchema,
  folderRequestSchema,
  folderSchema,
  ofAgentSchema,
  suggestionsSchema,
} from '../host-view.ts';
import {
  decidedLettersSchema,
  decideLettersSchema,
  lettersSchema,
  listLettersSchema,
} from '../letters.ts';
import { defineAction } from './action.ts';

/** Agents by name or id, or all approved ones. */
export const agentSelectionSchema = z.union([
  z.literal('all'),
  z.array(z.string().min(1).max(255)).min(1).max(10_000),
]);

/** One agent × one target: what became of it. */
export const targetResultSchema = z.object({
  agent: z.string(),
  name: z.string(),
  url: z.string(),
  target: z.string().optional(),
  ok: z.boolean(),
  /** `active`, or why not. */
  state: z.enum(['active', 'waiting', 'failed', 'removed']),
  reason: z.string().optional(),
});

/** See {@link targetResultSchema}. */
export type TargetResult = z.output<typeof targetResultSchema>;

/** The table. */
export const agentManagerActions = {
  listAgents: defineAction(
    'agentmanager.listAgents',
    'viewer',
    z.object({}),
    z.object({ agents: z.array(agentViewSchema) }),
  ),
  approve: defineAction(
    'agentmanager.approve',
    'editor',
    z.object({ agents: z.array(z.string()).min(1).max(1000) }),
    z.object({ agents: z.array(agentSchema) }),
  ),
  revoke: defineAction(
    'agentmanager.revoke',
    'editor',
    z.object({ agents: z.array(z.string()).min(1).max(1000) }),
    z.object({ agents: z.array(agentSchema) }),
  ),
  /** Welcomes connected agents again, upon which each tells its whole ledger. */
  greet: defineAction(
    'agentmanager.greet',
    'admin',
    z.object({ agents: z.array(agentIdSchema).min(1).max(1_000) }),
    z.object({}),
  ),
  /** Brings what is in quarantine of approved agents back to be stored, in the background. */
  release: defineAction(
    'agentmanager.release',
    'editor',
    z.object({ agents: z.array(agentIdSchema).min(1).max(1_000) }),
    z.object({}),
  ),
  listTargets: defineAction(
    'agentmanager.listTargets',
    'viewer',
    z.object({ agents: agentSelectionSchema.default('all') }),
    z.object({ targets: z.array(targetSchema.extend({ name: z.string() })) }),
  ),
  addTargets: defineAction(
    'agentmanager.addTargets',
    'editor',
    z.object({
      agents: agentSelectionSchema,
      urls: z.array(z.string().min(1).max(2048)).min(1).max(100),
      tags: z.array(tagSchema).max(32).default([]),
      history: z.boolean().default(false),
    }),
    z.object({ results: z.array(targetResultSchema) }),
  ),
  removeTargets: defineAction(
    'agentmanager.removeTargets',
    'editor',
    z.object({ targets: z.array(z.string()).min(1).max(10_000) }),
    z.object({ results: z.array(targetResultSchema) }),
  ),
  /** The names in a folder of an agent's host, as far as its owner allows. */
  listFolder: defineAction('agentmanager.listFolder', 'editor', folderRequestSchema, folderSchema),
  readFileEnd: defineAction(
    'agentmanager.readFileEnd',
    'editor',
    fileEndRequestSchema,
    fileEndSchema,
  ),
  /** Messages that were put aside; an editor may see log data that is not stored yet. */
  listLetters: defineAction('agentmanager.listLetters', 'editor', listLettersSchema, lettersSchema),
  decideLetters: defineAction(
    'agentmanager.decideLetters',
    'editor',
    decideLettersSchema,
    decidedLettersSchema,
  ),
  /** What is worth watching on an agent's host. */
  suggest: defineAction('agentmanager.suggest', 'editor', ofAgentSchema, suggestionsSchema),
} as const;
