import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { stingActions } from '@apiary/common/messages/actions/sting.ts';
import type { LastDelivery } from '@apiary/common/messages/channel.ts';
import { channelKinds } from './channel-kinds.ts';
import { type ChannelTestParts, testChannel, testDevice } from './channel-test.ts';
import type { DeliveryLog } from './delivery-log.ts';

/** What sting answers on the bus. */
export function actionHandlers(
  testing: ChannelTestParts,
  log: DeliveryLog,
): ActionHandlers<typeof stingActions> {
  const { parts, registry, devices } = testing;
  return {
    listChannelKinds: async () => ({ kinds: channelKinds() }),
    listChannels: async () => ({
      channels: await withLast(await registry.list(), ({ name }) => log.last({ channel: name })),
    }),
    putChannel: async (input, { actor }) => ({ channel: await registry.put(input, actor) }),
    removeChannels: async ({ names }) => ({ removed: await registry.remove(names) }),
    testChannel: async ({ name }, { actor }) => ({
      results: await testChannel(testing, name, actor),
    }),
    listDevices: async ({ everybody }, { actor }) => ({
      devices: await withLast(await devices.list(everybody, actor), ({ id }) =>
        log.last({ device: id }),
      ),
    }),
    registerDevice: async (input, { actor }) => ({ device: await devices.register(input, actor) }),
    removeDevices: async ({ devices: ids }, { actor }) => ({
      removed: await devices.remove(ids, actor),
    }),
    testDevice: async ({ device }, { actor }) => ({
      result: await testDevice(testing, device, actor),
    }),
    webPushKey: async () => ({ publicKey: await devices.webPushKey() }),
    listDeliveries: async (selection) => await log.list(selection),
    resendDeliveries: async ({ deliveries }) => ({ deliveries: await log.resend(deliveries) }),
    readAlertLink: async ({ token }) => await parts.links.read(token),
    useAlertLink: async ({ token }) => await parts.links.use(token),
  };
}

/** A page of a list at a time, so that a long one does not ask the store for all at once. */
const AT_ONCE = 50;

async function withLast<T extends object>(
  all: readonly T[],
  lastOf: (each: T) => Promise<LastDelivery | undefined>,
): Promise<(T & { last?: LastDelivery })[]> {
  const found: (T & { last?: LastDelivery })[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const page = all.slice(at, at + AT_ONCE).map(async (each) => {
      const last = await lastOf(each);
      return last ? { ...each, last } : each;
    });
    found.push(...(await Promise.all(page)));
  }
  return found;
}
