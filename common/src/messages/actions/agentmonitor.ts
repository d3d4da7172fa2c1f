/** What agentmonitor answers. */
import { z } from 'zod';
import { livenessSchema } from '../agent.ts';
import { defineAction } from './action.ts';

/** The table. */
export const agentMonitorActions = {
  listLiveness: defineAction(
    'agentmonitor.listLiveness',
    'viewer',
    z.object({}),
    z.object({ liveness: z.array(livenessSchema) }),
  ),
} as const;
