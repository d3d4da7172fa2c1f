import type { Bus } from '@apiary/common/bus/bus.ts';
import { ATTEMPT_MS_MAX } from '@apiary/common/limits/deliveries.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import type { NOTIFICATION_ROUTES } from '../notification-routes.ts';
import { alertLinkHandlers } from './alert-links.ts';
import type { Handlers } from './handler.ts';

/** A test ends by itself before its caller gives up. */
const TEST_ANSWER_MS = ATTEMPT_MS_MAX + 5_000;

/** Channels, devices and deliveries: sting answers. */
export function notificationHandlers(bus: Bus): Handlers<keyof typeof NOTIFICATION_ROUTES> {
  const actions = stingActions;
  return {
    ...alertLinkHandlers(bus),
    listChannelKinds: ({ actor, signal }) =>
      callAction(bus, actions.listChannelKinds, {}, { actor, signal }),
    listChannels: ({ actor, signal }) =>
      callAction(bus, actions.listChannels, {}, { actor, signal }),
    putChannel: ({ body, actor, signal }) =>
      callAction(bus, actions.putChannel, body, { actor, signal }),
    removeChannels: ({ body, actor, signal }) =>
      callAction(bus, actions.removeChannels, body, { actor, signal }),
    testChannel: ({ body, actor, signal }) =>
      callAction(bus, actions.testChannel, body, { actor, signal, deadlineMs: TEST_ANSWER_MS }),
    listDevices: ({ query, actor, signal }) =>
      callAction(bus, actions.listDevices, query, { actor, signal }),
    registerDevice: ({ body, actor, signal }) =>
      callAction(bus, actions.registerDevice, body, { actor, signal }),
    removeDevices: ({ body, actor, signal }) =>
      callAction(bus, actions.removeDevices, body, { actor, signal }),
    webPushKey: ({ actor, signal }) => callAction(bus, actions.webPushKey, {}, { actor, signal }),
    listDeliveries: ({ query, actor, signal }) =>
      callAction(bus, actions.listDeliveries, query, { actor, signal }),
    resendDeliveries: ({ body, actor, signal }) =>
      callAction(bus, actions.resendDeliveries, body, { actor, signal }),
  };
}
