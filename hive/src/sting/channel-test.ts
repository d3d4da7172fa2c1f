/** A test message, sent at once to a channel or to all its devices. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { ChannelTest } from '@apiary/common/messages/channel.ts';
import type { DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import { newId } from '@apiary/common/random.ts';
import type { ChannelRegistry } from './channel-registry.ts';
import type { Channel, Notification } from './channels/channel.ts';
import { channelType } from './channels/index.ts';
import { sendWithin } from './channels/send-within.ts';
import { cut } from './channels/text.ts';
import { keyOf } from './delivery-id.ts';
import { type Devices, EVERYBODY } from './devices.ts';
import type { Device } from './model.ts';
import type { OpenChannels } from './open-channels.ts';
import type { Parts } from './parts.ts';

/** What a test asks. */
export interface ChannelTestParts {
  readonly parts: Parts;
  readonly registry: ChannelRegistry;
  readonly devices: Devices;
  readonly channels: OpenChannels;
}

/**
 * Sends a test message through the channel of that name, switched off or not; where there are devices, to
 * the caller's own, and to all when the machine's owner asks from the command line.
 *
 * @throws AppError `not-found`, `store-corrupt`
 */
export async function testChannel(
  { parts, registry, devices, channels }: ChannelTestParts,
  name: string,
  actor: Actor,
): Promise<ChannelTest[]> {
  const { document } = await registry.get(name);
  const notification = testNotification(parts, name);
  const channel = channels.openNow(document);
  try {
    if (!channelType(document.kind).perDevice) {
      return [await testOne(parts, channel, notification, undefined)];
    }
    const all = await devices.of([actor.kind === 'local' ? EVERYBODY : actor.id]);
    const reached = all.filter(({ kind }) => kind === document.kind);
    return await Promise.all(
      reached.map((device) => testOne(parts, channel, notification, device)),
    );
  } finally {
    await channel.close();
  }
}

/**
 * Sends a test message to one device through the channel of its kind, switched off or not.
 *
 * @throws AppError `not-found`, also for somebody else's device unless an admin asks; `store-corrupt`
 */
export async function testDevice(
  { parts, registry, devices, channels }: ChannelTestParts,
  id: string,
  actor: Actor,
): Promise<ChannelTest> {
  const device = await devices.get(id, actor);
  const found = await registry.ofKind(device.kind);
  if (!found) throw new AppError('not-found', `No channel serves ${device.kind} any more.`);
  const channel = channels.openNow(found.document);
  try {
    return await testOne(parts, channel, testNotification(parts, found.document.name), device);
  } finally {
    await channel.close();
  }
}

async function testOne(
  { context, model }: Parts,
  channel: Channel,
  notification: Notification,
  device: Device | undefined,
): Promise<ChannelTest> {
  const startedMs = context.clock.now();
  const order = { notification, device, memory: {}, isFirst: true };
  const result = await sendWithin(channel, order);
  if (result.outcome === 'gone' && device) await model.devices.delete(device.id);
  return {
    ...(device && { device: device.name }),
    outcome: result.outcome,
    note: cut(result.note, 500),
    tookMs: context.clock.now() - startedMs,
  };
}

function testNotification({ context, settings }: Parts, channel: string): Notification {
  const id = newId();
  const atMs = context.clock.now();
  const message: DeliveryMessage = {
    version: 1,
    id,
    alert: `test-${id}`,
    rule: 'test',
    ruleName: 'Test',
    kind: 'fired',
    severity: 'info',
    title: `Test of the channel ${channel}`,
    text: 'If you can read this, alerts arrive here.',
    lines: [],
    link: '/search',
    group: {},
    channels: [channel],
    users: [],
    atMs,
  };
  const url = `${settings.publicUrl}${message.link}`;
  const thread = keyOf(message.alert);
  return { message, key: keyOf(id), thread, url, acknowledgeUrl: undefined, silenceUrl: undefined };
}
