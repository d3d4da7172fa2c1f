/** The handlers of all routes that ask a component for an action: the table says which. */
import type { Bus } from '@apiary/common/bus/bus.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import type { Relay, Route } from '../route.ts';
import { ROUTES, type Routes } from '../routes.ts';
import type { ApiCall, Handlers } from './handler.ts';

type RelayNames = {
  [N in keyof Routes]: Routes[N] extends { readonly relays: unknown } ? N : never;
}[keyof Routes];

/** See the file's head. */
export function relayHandlers(bus: Bus): Handlers<RelayNames> {
  const routes: readonly [string, Route][] = Object.entries(ROUTES);
  const relays = routes.flatMap(([name, route]) => ('relays' in route ? [[name, route]] : []));
  const handlers = relays.map(([name, route]) => [name, handlerOf(bus, route as Relay)]);
  // One for each name of the type; each takes and gives what its own route says.
  return Object.fromEntries(handlers) as Handlers<RelayNames>;
}

function handlerOf(bus: Bus, { method, relays, deadlineMs }: Relay) {
  return ({ body, query, actor, signal }: ApiCall) =>
    callAction(bus, relays, method === 'get' ? query : body, {
      actor,
      signal,
      ...(deadlineMs !== undefined && { deadlineMs }),
    });
}
