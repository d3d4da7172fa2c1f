/** What agentmonitor answers. */
import { z } from 'zod';
import { livenessSchema } from '../agent.ts';
import { agentLedgerSchema } from '../ledger.ts';
import { agentTrafficSchema } from '../traffic.ts';
import { defineAction } from './action.ts';

/** The table. */
export const agentMonitorActions = {
  listLiveness: defineAction(
    'agentmonitor.listLiveness',
    'viewer',
    z.object({}),
    z.object({ liveness: z.array(livenessSchema) }),
  ),
  /** What an agent (by id or name) has seen, read, had confirmed, and what of it is stored. */
  ledger: defineAction(
    'agentmonitor.ledger',
    'viewer',
    z.object({ agent: z.string().min(1).max(255) }),
    agentLedgerSchema,
  ),
  /** How much each approved agent sends, and how far its data is behind; `traffic.changed` follows. */
  traffic: defineAction(
    'agentmonitor.traffic',
    'viewer',
    z.object({}),
    z.object({ traffic: z.array(agentTrafficSchema) }),
  ),
} as const;
