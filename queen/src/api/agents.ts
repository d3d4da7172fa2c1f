import type { Bus } from '@apiary/common/bus/bus.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import type { Handlers } from './handler.ts';

/** Agents: agentmanager answers. */
export function agentHandlers(bus: Bus): Handlers<'listAgents' | 'approveAgents' | 'revokeAgents'> {
  const { listAgents, approve, revoke } = agentManagerActions;
  return {
    listAgents: ({ actor, signal }) => callAction(bus, listAgents, {}, { actor, signal }),
    approveAgents: ({ body, actor, signal }) => callAction(bus, approve, body, { actor, signal }),
    revokeAgents: ({ body, actor, signal }) => callAction(bus, revoke, body, { actor, signal }),
  };
}
