import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { stingActions } from '@apiary/common/messages/actions/sting.ts';
import { channelKinds } from './channel-kinds.ts';
import { type ChannelTestParts, testChannel } from './channel-test.ts';
import type { DeliveryLog } from './delivery-log.ts';

/** What sting answers on the bus. */
export function actionHandlers(
  testing: ChannelTestParts,
  log: DeliveryLog,
): ActionHandlers<typeof stingActions> {
  const { parts, registry, devices } = testing;
  return {
    listChannelKinds: async () => ({ kinds: channelKinds() }),
    listChannels: async () => ({ channels: await registry.list() }),
    putChannel: async (input, { actor }) => ({ channel: await registry.put(input, actor) }),
    removeChannels: async ({ names }) => ({ removed: await registry.remove(names) }),
    testChannel: async ({ name }, { actor }) => ({
      results: await testChannel(testing, name, actor),
    }),
    listDevices: async ({ everybody }, { actor }) => ({
      devices: await devices.list(everybody, actor),
    }),
    registerDevice: async (input, { actor }) => ({ device: await devices.register(input, actor) }),
    removeDevices: async ({ devices: ids }, { actor }) => ({
      removed: await devices.remove(ids, actor),
    }),
    webPushKey: async () => ({ publicKey: await devices.webPushKey() }),
    listDeliveries: async (selection) => await log.list(selection),
    resendDeliveries: async ({ deliveries }) => ({ deliveries: await log.resend(deliveries) }),
    readAlertLink: async ({ token }) => await parts.links.read(token),
    useAlertLink: async ({ token }) => await parts.links.use(token),
  };
}
