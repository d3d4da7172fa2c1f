import type { Bus } from '@apiary/common/bus/bus.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import type { Handlers } from './handler.ts';

type AgentRoutes =
  | 'listAgents'
  | 'readLedger'
  | 'readTraffic'
  | 'listFolder'
  | 'readFileEnd'
  | 'suggestTargets'
  | 'approveAgents'
  | 'revokeAgents'
  | 'listLetters'
  | 'decideLetters';

/** Agents: agentmanager answers, of ledgers agentmonitor. */
export function agentHandlers(bus: Bus): Handlers<AgentRoutes> {
  const { listAgents, approve, revoke, listFolder, readFileEnd, suggest } = agentManagerActions;
  const { listLetters, decideLetters } = agentManagerActions;
  return {
    listAgents: ({ actor, signal }) => callAction(bus, listAgents, {}, { actor, signal }),
    readLedger: ({ query, actor, signal }) =>
      callAction(bus, agentMonitorActions.ledger, query, { actor, signal }),
    readTraffic: ({ actor, signal }) =>
      callAction(bus, agentMonitorActions.traffic, {}, { actor, signal }),
    listFolder: ({ query, actor, signal }) => callAction(bus, listFolder, query, { actor, signal }),
    readFileEnd: ({ query, actor, signal }) =>
      callAction(bus, readFileEnd, query, { actor, signal }),
    suggestTargets: ({ query, actor, signal }) =>
      callAction(bus, suggest, query, { actor, signal }),
    listLetters: ({ query, actor, signal }) =>
      callAction(bus, listLetters, query, { actor, signal }),
    decideLetters: ({ body, actor, signal }) =>
      callAction(bus, decideLetters, body, { actor, signal }),
    approveAgents: ({ body, actor, signal }) => callAction(bus, approve, body, { actor, signal }),
    revokeAgents: ({ body, actor, signal }) => callAction(bus, revoke, body, { actor, signal }),
  };
}
