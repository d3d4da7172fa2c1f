/**
 * Live results: a fanout exchange for each standing query. The exchanges are auto-deleted with their last
 * binding. Whoever opened one keeps it with a binding of its own to an exclusive queue that holds a single
 * message, so an exchange lives as long as an opener's connection or a listener, and none is left over.
 * They have a channel of their own: an exchange that is gone closes it.
 */
import type { Channel } from 'amqplib';
import { LIVE_QUEUE_MESSAGES_MAX } from '../limits.ts';
import type { BusLive, Subscription } from './bus.ts';
import type { BusConnection } from './connection.ts';
import type { Listeners } from './listeners.ts';
import { liveExchange } from './topology.ts';
import { TransientPublisher } from './transient-publisher.ts';

/** See the file's head. */
export class AmqpLive implements BusLive {
  readonly #listeners: Listeners;
  readonly #out: TransientPublisher;
  readonly #opened = new Set<string>();
  #anchor: { readonly channel: Channel; readonly queue: string } | undefined;
  #notOpened = 0;

  constructor(connection: BusConnection, listeners: Listeners) {
    this.#listeners = listeners;
    this.#out = new TransientPublisher(connection, {
      name: 'live results',
      open: (channel) => this.#openAll(channel),
    });
  }

  /** Results that found no broker, no room, or no open query. */
  get dropped(): number {
    return this.#out.dropped + this.#notOpened;
  }

  async open(queryId: string): Promise<void> {
    if (this.#opened.has(queryId)) return;
    this.#opened.add(queryId);
    await this.#out.start();
    await this.#onAnchor(async ({ channel, queue }) => {
      await declare(channel, queryId);
      await channel.bindQueue(queue, liveExchange(queryId), '');
    });
  }

  async close(queryId: string): Promise<void> {
    if (!this.#opened.delete(queryId)) return;
    await this.#onAnchor(async ({ channel, queue }) => {
      await channel.unbindQueue(queue, liveExchange(queryId), '');
    });
  }

  publish(queryId: string, body: Buffer): void {
    if (this.#opened.has(queryId)) this.#out.publish(liveExchange(queryId), '', body);
    else this.#notOpened += 1;
  }

  async listen(queryId: string, handler: (body: Buffer) => void): Promise<Subscription> {
    return await this.#listeners.listen({
      name: 'listener to live results',
      lengthMax: LIVE_QUEUE_MESSAGES_MAX,
      bind: async (channel, queue) => {
        // Also before anybody publishes: the exchange is the same whoever comes first.
        await declare(channel, queryId);
        await channel.bindQueue(queue, liveExchange(queryId), '');
      },
      handler: (_, body) => handler(body),
    });
  }

  async #openAll(channel: Channel): Promise<void> {
    const { queue } = await channel.assertQueue('', {
      exclusive: true,
      durable: false,
      maxLength: 1,
    });
    // From here on a query that is opened meanwhile sees to itself.
    this.#anchor = { channel, queue };
    for (const queryId of [...this.#opened]) {
      await declare(channel, queryId);
      await channel.bindQueue(queue, liveExchange(queryId), '');
    }
  }

  /** Without effect where the channel is lost meanwhile: the next one opens what is to be open. */
  async #onAnchor(task: (anchor: { channel: Channel; queue: string }) => Promise<void>) {
    const anchor = this.#anchor;
    if (!anchor) return;
    try {
      await task(anchor);
    } catch (error) {
      if (this.#out.channel === anchor.channel) throw error;
    }
  }
}

async function declare(channel: Channel, queryId: string): Promise<void> {
  const options = { durable: false, autoDelete: true };
  await channel.assertExchange(liveExchange(queryId), 'fanout', options);
}
