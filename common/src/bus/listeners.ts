/** Subscribers to events and live results: each has a bounded exclusive queue on a channel of its own. */
import type { Channel } from 'amqplib';
import { AppError } from '../errors.ts';
import { LISTENER_PREFETCH, LISTENERS_MAX, STANDING_LEASE_MS } from '../limits.ts';
import type { Subscription } from './bus.ts';
import type { BusConnection } from './connection.ts';
import { consume } from './consumer.ts';

/** What is listened to. */
export interface ListenOptions {
  /** For the log. */
  readonly name: string;
  /** Messages that the queue keeps; the oldest are dropped past it. */
  readonly lengthMax: number;
  /** Binds the queue. */
  readonly bind: (channel: Channel, queue: string) => Promise<unknown>;
  readonly handler: (routingKey: string, body: Buffer) => void;
}

/** See the file's head. */
export class Listeners {
  readonly #connection: BusConnection;
  #count = 0;

  constructor(connection: BusConnection) {
    this.#connection = connection;
  }

  /** Resolves when the queue is bound and consumed. @throws AppError `too-many`, `broker-refused` */
  async listen({ name, lengthMax, bind, handler }: ListenOptions): Promise<Subscription> {
    if (this.#count >= LISTENERS_MAX) {
      throw new AppError('too-many', `Over ${LISTENERS_MAX} subscribers on one bus.`);
    }
    this.#count += 1;
    let isCounted = true;
    const release = () => {
      if (isCounted) this.#count -= 1;
      isCounted = false;
    };
    try {
      const subscription = await consume(this.#connection, {
        name,
        prefetch: LISTENER_PREFETCH,
        queue: async (channel) => {
          const { queue } = await channel.assertQueue('', {
            exclusive: true,
            durable: false,
            autoDelete: true,
            maxLength: lengthMax,
            overflow: 'drop-head',
            expires: STANDING_LEASE_MS,
          });
          await bind(channel, queue);
          return queue;
        },
        handler: (delivery) => {
          // First, so that a handler that throws does not stop the flow.
          delivery.ack();
          handler(delivery.routingKey, delivery.body);
        },
      });
      return {
        cancel: async () => {
          release();
          await subscription.cancel();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  }
}
