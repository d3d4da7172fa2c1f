/** What the broker's contract suites stand on: connections, channels and names of one test. */
import { randomBytes } from 'node:crypto';
import {
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  type ConsumeMessage,
  connect,
  type Message,
  type Options,
} from 'amqplib';

/** Bounds only a failing test; no test asserts on how long something took. */
const DEADLINE_MS = 15_000;
const LOOK_AGAIN_MS = 20;

/** Where the broker is that a suite runs against. */
export type Locate = () => Promise<{ readonly url: string }>;

/** The connections of one test, and names that no other run uses. */
export class Session {
  readonly url: string;
  readonly #prefix = `ct-${randomBytes(6).toString('hex')}-`;
  readonly #connections: ChannelModel[] = [];
  readonly #queues = new Set<string>();
  readonly #exchanges = new Set<string>();

  constructor(url: string) {
    this.url = url;
  }

  /** A queue's name; the queue is deleted at the end. */
  queue(name: string): string {
    this.#queues.add(this.#prefix + name);
    return this.#prefix + name;
  }

  /** An exchange's name; the exchange is deleted at the end. */
  exchange(name: string): string {
    this.#exchanges.add(this.#prefix + name);
    return this.#prefix + name;
  }

  async connection(query = ''): Promise<ChannelModel> {
    const connection = await connect(this.url + query, { noDelay: true });
    // What a test provokes it also looks at; here an error must only not end the process.
    connection.on('error', () => undefined);
    this.#connections.push(connection);
    return connection;
  }

  /** A channel on a connection of its own, or on a given one. */
  async channel(connection?: ChannelModel): Promise<Channel> {
    const channel = await (connection ?? (await this.connection())).createChannel();
    channel.on('error', () => undefined);
    return channel;
  }

  /** The same with publisher confirms. */
  async confirmChannel(connection?: ChannelModel): Promise<ConfirmChannel> {
    const channel = await (connection ?? (await this.connection())).createConfirmChannel();
    channel.on('error', () => undefined);
    return channel;
  }

  async close(): Promise<void> {
    const channel = await this.channel();
    for (const queue of this.#queues) await channel.deleteQueue(queue).catch(() => undefined);
    for (const name of this.#exchanges) await channel.deleteExchange(name).catch(() => undefined);
    for (const connection of this.#connections) await connection.close().catch(() => undefined);
  }
}

/** Deliveries of a consumer, to be awaited one by one. */
export class Inbox {
  /** All that came, null for a cancellation by the broker. */
  readonly all: (ConsumeMessage | null)[] = [];
  #waiting: (() => void) | undefined;

  /** Consumes a queue. */
  static async open(channel: Channel, queue: string, options?: Options.Consume): Promise<Inbox> {
    const inbox = new Inbox();
    await channel.consume(queue, (message) => inbox.take(message), options);
    return inbox;
  }

  take(message: ConsumeMessage | null): void {
    this.all.push(message);
    this.#waiting?.();
  }

  /** Waits until so many have come; fails after the deadline. */
  async count(count: number): Promise<ConsumeMessage[]> {
    const messages = await this.events(count);
    return messages.filter((message) => message !== null);
  }

  /** The same with cancellations. */
  async events(count: number): Promise<(ConsumeMessage | null)[]> {
    while (this.all.length < count) {
      await within(
        new Promise<void>((resolve) => {
          this.#waiting = resolve;
        }),
        `delivery ${this.all.length + 1} of ${count}`,
      );
    }
    return this.all.slice(0, count);
  }

  /** The bodies as text, `*` after redelivered ones. */
  texts(): string[] {
    return this.all.map((message) =>
      message ? `${message.content}${message.fields.redelivered ? '*' : ''}` : 'cancelled',
    );
  }
}

/** Rejects when something does not happen within the deadline. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not come: ${what}`)), DEADLINE_MS);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Looks until something holds that offers no event. */
export async function until(look: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`did not come about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Waits until a queue has so many messages ready. */
export async function untilDepth(channel: Channel, queue: string, depth: number): Promise<void> {
  await until(
    async () => (await channel.checkQueue(queue)).messageCount === depth,
    `${depth} messages in ${queue}`,
  );
}

/** Publishes and waits for the confirm. True = ack, false = nack. */
export async function publishConfirmed(
  channel: ConfirmChannel,
  exchange: string,
  routingKey: string,
  body: string | Buffer,
  options: Options.Publish = {},
): Promise<boolean> {
  const confirmed = new Promise<boolean>((resolve) => {
    channel.publish(exchange, routingKey, Buffer.from(body), options, (error) => resolve(!error));
  });
  return await within(confirmed, 'a confirm');
}

/** The code with which the broker closes a channel or a connection. */
export function closeCode(emitter: {
  once(event: 'error', listener: (error: Error) => void): unknown;
}): Promise<number> {
  const closed = new Promise<number>((resolve) => {
    emitter.once('error', (error: Error & { code?: number }) => resolve(error.code ?? 0));
  });
  return within(closed, 'an error');
}

/** Takes all ready messages of a queue. */
export async function drain(channel: Channel, queue: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (!message) return messages;
    messages.push(message);
  }
}

/** Bodies as text. */
export function texts(messages: readonly Message[]): string[] {
  return messages.map((message) => message.content.toString());
}
