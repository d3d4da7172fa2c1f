/**
 * One client of a broker, as a process of its own, so that its work is the same whatever broker it talks
 * to: `load.ts URL QUEUE MEGABYTES MODE`. It prints one line of JSON, a {@link LoadResult}.
 */
import { randomBytes } from 'node:crypto';
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';

/** Messages as big as what a busy Bee sends once it is compressed. */
const MESSAGE_BYTES = 64 * 1024;
/** Messages unconfirmed, and unacknowledged, at most. */
const WINDOW = 32;

/** What a client does: publishes and consumes at once, or only one of both. */
export type LoadMode = 'both' | 'publish' | 'consume';

/** What a client saw. */
export interface LoadResult {
  readonly seconds: number;
  readonly messages: number;
}

async function publish(model: ChannelModel, queue: string, messages: number): Promise<void> {
  const channel: ConfirmChannel = await model.createConfirmChannel();
  const body = randomBytes(MESSAGE_BYTES);
  let sent = 0;
  await new Promise<void>((resolve, reject) => {
    let confirmed = 0;
    const send = () => {
      if (sent >= messages) return;
      sent += 1;
      body.writeUInt32BE(sent);
      channel.publish('', queue, Buffer.from(body), { persistent: true }, (error) => {
        if (error) return reject(error);
        confirmed += 1;
        if (confirmed === messages) resolve();
        else send();
      });
    };
    for (let unconfirmed = 0; unconfirmed < WINDOW; unconfirmed += 1) send();
  });
  await channel.close();
}

async function consume(model: ChannelModel, queue: string, messages: number): Promise<void> {
  const channel: Channel = await model.createChannel();
  await channel.prefetch(WINDOW);
  let received = 0;
  await new Promise<void>((resolve) => {
    void channel.consume(queue, (message) => {
      if (!message) return;
      channel.ack(message);
      received += 1;
      if (received === messages) resolve();
    });
  });
  await channel.close();
}

async function main([url = '', queue = '', megabytes = '', mode = '']: readonly string[]) {
  const messages = Math.round((Number(megabytes) * 1024 * 1024) / MESSAGE_BYTES);
  const model = await connect(url, { noDelay: true });
  const startedMs = performance.now();
  await Promise.all([
    ...(mode === 'consume' ? [] : [publish(model, queue, messages)]),
    ...(mode === 'publish' ? [] : [consume(model, queue, messages)]),
  ]);
  const result: LoadResult = { seconds: (performance.now() - startedMs) / 1000, messages };
  await model.close();
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

await main(process.argv.slice(2));
