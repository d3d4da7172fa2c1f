/** Publishing what may be lost: no confirms; dropped and counted when there is no room or no broker. */
import type { Channel } from 'amqplib';
import type { BusConnection } from './connection.ts';
import { RecoveringChannel } from './recovering-channel.ts';

/** See the file's head. */
export class TransientPublisher {
  readonly #recovering: RecoveringChannel<Channel>;
  #started: Promise<void> | undefined;
  #full = false;
  #dropped = 0;

  /** `open` declares what is needed on each new channel. */
  constructor(
    connection: BusConnection,
    { name, open }: { name: string; open?: (channel: Channel) => Promise<void> },
  ) {
    this.#recovering = new RecoveringChannel<Channel>(connection, {
      name,
      create: (model) => model.createChannel(),
      open: async (channel) => {
        this.#full = false;
        channel.on('drain', () => {
          this.#full = false;
        });
        await open?.(channel);
      },
    });
  }

  /** Messages that were dropped here. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The channel while it is open. */
  get channel(): Channel | undefined {
    return this.#recovering.channel;
  }

  /** Opens the channel, once. @throws AppError `broker-refused`, `bus-closed` */
  start(): Promise<void> {
    this.#started ??= this.#recovering.start();
    return this.#started;
  }

  /** Sends or drops; never waits, never throws. */
  publish(exchange: string, routingKey: string, content: Buffer): void {
    const { channel } = this.#recovering;
    if (!channel || this.#full) {
      this.#dropped += 1;
      return;
    }
    try {
      this.#full = !channel.publish(exchange, routingKey, content, { persistent: false });
    } catch {
      this.#dropped += 1;
    }
  }
}
