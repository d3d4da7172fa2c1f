/** Consuming a queue, again and again: after a recovery, a channel error, or a cancel by the broker. */
import assert from 'node:assert';
import type { Channel, ConsumeMessage } from 'amqplib';
import { toAppError } from '../errors.ts';
import type { Bus, ConsumeOptions, Delivery, Subscription } from './bus.ts';
import type { BusConnection } from './connection.ts';
import { RecoveringChannel } from './recovering-channel.ts';

/** What is consumed. */
export interface ConsumerOptions extends ConsumeOptions {
  /** For the log. */
  readonly name: string;
  /** Declares what is needed and tells the queue's name. */
  readonly queue: (channel: Channel) => Promise<string>;
  readonly handler: Parameters<Bus['consume']>[2];
}

/**
 * Starts consuming; resolves when the queue was consumed once, which may be after the queue appeared.
 *
 * @throws AppError `broker-refused`, `bus-closed`
 */
export async function consume(
  connection: BusConnection,
  options: ConsumerOptions,
): Promise<Subscription> {
  const { log } = connection.settings;
  const recovering = new RecoveringChannel<Channel>(connection, {
    name: options.name,
    create: (model) => model.createChannel(),
    open: async (channel) => {
      const queue = await options.queue(channel);
      await channel.prefetch(options.prefetch);
      await channel.consume(queue, (message) => {
        if (!message) return recovering.restart('The broker cancelled the consumer');
        void handle(message, channel);
      });
      options.onReady?.(queue);
    },
  });

  async function handle(message: ConsumeMessage, channel: Channel): Promise<void> {
    try {
      await options.handler(deliveryOf(message, channel));
    } catch (error) {
      const { code, message: reason } = toAppError(error);
      log.error({ consumer: options.name, code, reason }, 'handler of a delivery failed');
    }
  }

  await recovering.start();
  return { cancel: () => recovering.close() };
}

function deliveryOf(message: ConsumeMessage, channel: Channel): Delivery {
  const { fields, properties, content } = message;
  let settled = false;
  const settle = (task: () => void) => {
    assert(!settled, 'a delivery is acknowledged or given back once');
    settled = true;
    try {
      task();
    } catch {
      // The channel is gone, so the broker delivers it again.
    }
  };
  const type: unknown = properties.type;
  return {
    body: content,
    exchange: fields.exchange,
    routingKey: fields.routingKey,
    type: typeof type === 'string' ? type : '',
    headers: properties.headers ?? {},
    redelivered: fields.redelivered,
    correlationId: textOf(properties.correlationId),
    replyTo: textOf(properties.replyTo),
    ack: () => settle(() => channel.ack(message)),
    requeue: () => settle(() => channel.nack(message, false, true)),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
