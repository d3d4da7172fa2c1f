/**
 * From the queue into the store: each message becomes one delivery for each channel and device, with an id
 * made of both, so that a message that comes again changes nothing. It is acknowledged once all are stored.
 */
import type { Delivery as Received } from '@apiary/common/bus/bus.ts';
import { QueueWorker } from '@apiary/common/bus/queue-worker.ts';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import type { Collection, Versioned } from '@apiary/common/documents/documents.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { DELIVERY_PREFETCH } from '@apiary/common/limits/deliveries.ts';
import { MESSAGE_RETRY_MS } from '@apiary/common/limits.ts';
import { deadLetter } from '@apiary/common/messages/dead-letter.ts';
import { type DeliveryMessage, deliveryMessageSchema } from '@apiary/common/messages/delivery.ts';
import { readControl } from '@apiary/common/messages/read-control.ts';
import type { ChannelRegistry } from './channel-registry.ts';
import { channelType } from './channels/index.ts';
import { deliveryId, keyOf } from './delivery-id.ts';
import { type Devices, EVERYBODY } from './devices.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ChannelDocument, Delivery, Device } from './model.ts';
import type { Parts } from './parts.ts';

/** What intake hands over to, and asks. */
export interface IntakeParts {
  readonly parts: Parts;
  readonly channels: ChannelRegistry;
  readonly devices: Devices;
  readonly dispatcher: Dispatcher;
}

interface Destination {
  readonly channel: ChannelDocument | undefined;
  /** As the rule names it. */
  readonly name: string;
  readonly device?: Device;
}

/** Consumes `sting.deliveries`. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #worker = new QueueWorker();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { bus } = this.#parts.parts.context;
    const options = { prefetch: DELIVERY_PREFETCH };
    await this.#worker.start(bus, QUEUE.deliveries, options, (received) => this.#receive(received));
  }

  async stop(): Promise<void> {
    await this.#worker.stop();
  }

  async #receive(received: Received): Promise<void> {
    const { context } = this.#parts.parts;
    try {
      const message = readControl(received, deliveryMessageSchema);
      // While too many wait, nothing is taken from the broker, which keeps the rest on disk.
      if (!(await this.#parts.dispatcher.room())) return received.requeue();
      await this.#store(message);
      received.ack();
    } catch (thrown) {
      const error = toAppError(thrown);
      context.log.warn({ err: error }, 'delivery.message-failed');
      if (error.retryable) context.clock.after(MESSAGE_RETRY_MS, () => received.requeue());
      else if (error.code === 'message-invalid' || received.redelivered) {
        const reason = `${error.code}: ${error.message}`;
        const atMs = context.clock.now();
        await deadLetter(context.bus, received, { reason, source: QUEUE.deliveries, atMs });
      } else received.requeue();
    }
  }

  async #store(message: DeliveryMessage): Promise<void> {
    const { model, context } = this.#parts.parts;
    const all = await this.#destinations(message);
    const destinations = all.filter(({ channel }) => isTold(message, channel));
    if (all.length === 0) {
      // Not the rule's name: a rule of the words in its name would match this line, where this log is watched.
      context.log.warn({ alert: message.alert, message: message.id }, 'delivery.nobody');
      return;
    }
    // Side by side, so that they share one write; a delivery whose message is not there yet is tried again.
    const [, ...stored] = await Promise.all([
      insertNew(model.notifications, { id: message.id, message }),
      ...destinations.map((destination) =>
        insertNew(model.deliveries, this.#deliveryOf(message, destination)),
      ),
    ]);
    for (const delivery of stored) {
      if (delivery?.document.state === 'waiting') this.#parts.dispatcher.accept(delivery);
    }
  }

  async #destinations({ channels, users }: DeliveryMessage): Promise<Destination[]> {
    const found: Destination[] = [];
    const devices = new Map<string, Device>();
    for (const name of new Set(channels)) {
      const channel = (await this.#parts.channels.find(name))?.document;
      if (channel && channelType(channel.kind).perDevice) {
        for (const device of await this.#parts.devices.of([EVERYBODY])) {
          if (device.kind === channel.kind) devices.set(device.id, device);
        }
      } else found.push({ channel, name });
    }
    if (users.length > 0) {
      for (const device of await this.#parts.devices.of(users)) devices.set(device.id, device);
    }
    for (const device of devices.values()) {
      const channel = (await this.#parts.channels.ofKind(device.kind))?.document;
      found.push({ channel, name: channel?.name ?? device.kind, device });
    }
    return found;
  }

  #deliveryOf(message: DeliveryMessage, { channel, name, device }: Destination): Delivery {
    const place = device?.id ?? name;
    const failure = channel
      ? undefined
      : `there is no channel ${name}: add it, then send this again`;
    const atMs = this.#parts.parts.context.clock.now();
    return {
      id: deliveryId(message.atMs, message.id, place),
      message: message.id,
      alert: message.alert,
      rule: message.rule,
      ruleName: message.ruleName,
      kind: message.kind,
      severity: message.severity,
      title: message.title,
      atMs: message.atMs,
      channel: name,
      channelId: channel?.id ?? '',
      ...(channel && { channelKind: channel.kind }),
      ...(device && { device: device.id, deviceName: device.name, user: device.user }),
      state: failure === undefined ? 'waiting' : 'dead',
      attempts: failure === undefined ? [] : [{ atMs, outcome: 'refused', note: failure }],
      attemptCount: 0,
      nextMs: atMs,
      thread: keyOf(place, message.alert),
      owner: '',
      leaseUntilMs: 0,
      memory: {},
    };
  }
}

/** Of what is told alone and in a bundle, each channel gets one. */
function isTold({ bundled, bundles }: DeliveryMessage, channel: ChannelDocument | undefined) {
  const isPerAlert = channel !== undefined && channelType(channel.kind).perAlert;
  return isPerAlert ? bundles === undefined : bundled !== true;
}

/** Inserts what is not there yet; undefined where it was. */
async function insertNew<T extends { readonly id: string }>(
  collection: Collection<T>,
  document: T,
): Promise<Versioned<T> | undefined> {
  try {
    return await collection.insert(document);
  } catch (error) {
    if (error instanceof AppError && error.code === 'already-exists') return undefined;
    throw error;
  }
}
