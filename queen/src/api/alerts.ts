import type { Bus } from '@apiary/common/bus/bus.ts';
import { TRY_DEADLINE_MS } from '@apiary/common/limits/alerts.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import type { ALERT_ROUTES } from '../alert-routes.ts';
import type { Handlers } from './handler.ts';

/** A trial ends by itself before its caller gives up. */
const TRY_ANSWER_MS = TRY_DEADLINE_MS + 5_000;

/** Rules, alerts and silences: pheromone answers. */
export function alertHandlers(bus: Bus): Handlers<keyof typeof ALERT_ROUTES> {
  const actions = pheromoneActions;
  return {
    listRules: ({ actor, signal }) => callAction(bus, actions.listRules, {}, { actor, signal }),
    putRules: ({ body, actor, signal }) =>
      callAction(bus, actions.putRules, body, { actor, signal }),
    removeRules: ({ body, actor, signal }) =>
      callAction(bus, actions.removeRules, body, { actor, signal }),
    starterRules: ({ actor, signal }) =>
      callAction(bus, actions.starterRules, {}, { actor, signal }),
    exportRules: ({ actor, signal }) => callAction(bus, actions.exportRules, {}, { actor, signal }),
    applyRules: ({ body, actor, signal }) =>
      callAction(bus, actions.applyRules, body, { actor, signal }),
    tryRule: ({ body, actor, signal }) =>
      callAction(bus, actions.try, body, { actor, signal, deadlineMs: TRY_ANSWER_MS }),
    listAlerts: ({ query, actor, signal }) =>
      callAction(bus, actions.listAlerts, query, { actor, signal }),
    acknowledgeAlerts: ({ body, actor, signal }) =>
      callAction(bus, actions.acknowledge, body, { actor, signal }),
    listSilences: ({ actor, signal }) =>
      callAction(bus, actions.listSilences, {}, { actor, signal }),
    putSilences: ({ body, actor, signal }) =>
      callAction(bus, actions.putSilences, body, { actor, signal }),
    removeSilences: ({ body, actor, signal }) =>
      callAction(bus, actions.removeSilences, body, { actor, signal }),
  };
}
