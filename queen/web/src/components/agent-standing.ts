import type { AgentView } from '@apiary/common/messages/agent.ts';

/** How an agent stands, in one word. */
export type AgentStanding = 'alive' | 'late' | 'dead' | 'pending' | 'revoked' | 'unknown';

/** An agent that has so much on its disk and not in the store is late: more than one block on its way. */
const LATE_BYTES = 1_000_000;

/** The word for an agent: what a person decided counts more than whether it is heard. */
export function standingOf(agent: AgentView, lagBytes = 0): AgentStanding {
  if (agent.approval !== 'approved') return agent.approval;
  return agent.life === 'alive' && lagBytes >= LATE_BYTES ? 'late' : agent.life;
}
