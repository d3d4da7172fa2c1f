import type { Bus } from '@apiary/common/bus/bus.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import type { Handlers } from './handler.ts';

/** Targets: agentmanager answers. */
export function targetHandlers(bus: Bus): Handlers<'listTargets' | 'addTargets' | 'removeTargets'> {
  const { listTargets, addTargets, removeTargets } = agentManagerActions;
  return {
    listTargets: ({ query, actor, signal }) => {
      const agents = selection(query.agents);
      return callAction(bus, listTargets, { agents }, { actor, signal });
    },
    addTargets: ({ body, actor, signal }) => callAction(bus, addTargets, body, { actor, signal }),
    removeTargets: ({ body, actor, signal }) =>
      callAction(bus, removeTargets, body, { actor, signal }),
  };
}

function selection(text: string | undefined): 'all' | string[] {
  const names = (text ?? 'all').split(',').filter((name) => name !== '');
  return names.length === 0 || text === 'all' || text === undefined ? 'all' : names;
}
