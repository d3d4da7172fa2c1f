import type { Bus } from '@apiary/common/bus/bus.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import type { Handlers } from './handler.ts';

/** Agents: agentmanager answers. */
export function agentHandlers(
  bus: Bus,
): Handlers<'listAgents' | 'readLedger' | 'approveAgents' | 'revokeAgents'> {
  const { listAgents, approve, revoke } = agentManagerActions;
  return {
    listAgents: ({ actor, signal }) => callAction(bus, listAgents, {}, { actor, signal }),
    readLedger: ({ query, actor, signal }) =>
      callAction(bus, agentMonitorActions.ledger, query, { actor, signal }),
    approveAgents: ({ body, actor, signal }) => callAction(bus, approve, body, { actor, signal }),
    revokeAgents: ({ body, actor, signal }) => callAction(bus, revoke, body, { actor, signal }),
  };
}
