import type { Bus } from '@apiary/common/bus/bus.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { storeActions } from '@apiary/common/messages/actions/store.ts';
import type { STORE_ROUTES } from '../store-routes.ts';
import type { Handlers } from './handler.ts';

/** What is stored: honeycomb answers. */
export function storeHandlers(bus: Bus): Handlers<keyof typeof STORE_ROUTES> {
  const { readRetention, setRetention } = storeActions;
  return {
    readRetention: ({ actor, signal }) => callAction(bus, readRetention, {}, { actor, signal }),
    setRetention: ({ body, actor, signal }) =>
      callAction(bus, setRetention, body, { actor, signal }),
  };
}
