/** Declares the topology. What exists is left as it is: an operator may have given it other arguments. */
import type { Channel, ChannelModel, Options } from 'amqplib';
import { EXCHANGES, QUEUES, type QueueDeclaration } from './topology.ts';

/** AMQP's reply codes that mean something here. */
export const REPLY_CODE = { accessRefused: 403, notFound: 404, resourceLocked: 405 } as const;

/** The AMQP reply code that amqplib put on an error, if it did. */
export function replyCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}

/** Opens a channel whose errors crash nothing. */
export async function openChannel(model: ChannelModel): Promise<Channel> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  return channel;
}

/** Closes a channel that may be closed already. */
export async function closeQuietly(channel: Channel): Promise<void> {
  const gone = new Promise<void>((resolve) => channel.once('close', () => resolve()));
  try {
    // amqplib's promise stays open when the connection ends before the broker's answer.
    await Promise.race([channel.close(), gone]);
  } catch {
    // It was closed.
  }
}

/**
 * Declares every exchange, queue and binding that is missing. Rejects with amqplib's error.
 *
 * @returns queues that are neither there nor can be made: of another kind than quorum, on a node that is down
 */
export async function declareTopology(model: ChannelModel): Promise<string[]> {
  const away: string[] = [];
  for (const { name, type, durable } of EXCHANGES) {
    await unlessThere(
      model,
      (channel) => channel.checkExchange(name),
      (channel) => channel.assertExchange(name, type, { durable }),
    );
  }
  for (const queue of QUEUES) {
    await unlessThere(
      model,
      (channel) => channel.checkQueue(queue.name),
      (channel) => channel.assertQueue(queue.name, queueOptions(queue, model)),
    ).catch((error: unknown) => {
      if (replyCode(error) !== REPLY_CODE.notFound) throw error;
      away.push(queue.name);
    });
  }
  const channel = await openChannel(model);
  for (const { name, bindings } of QUEUES) {
    if (away.includes(name)) continue;
    for (const { exchange, routingKey } of bindings) {
      await channel.bindQueue(name, exchange, routingKey);
    }
  }
  await closeQuietly(channel);
  return away;
}

/** Messages that wait in each queue; those after a missing one are left out. Rejects with amqplib's error. */
export async function queueDepths(
  model: ChannelModel,
  queues: readonly string[],
): Promise<Map<string, number>> {
  const depths = new Map<string, number>();
  const channel = await openChannel(model);
  try {
    for (const name of queues) depths.set(name, (await channel.checkQueue(name)).messageCount);
  } catch (error) {
    if (replyCode(error) !== REPLY_CODE.notFound) throw error;
    return depths;
  }
  await closeQuietly(channel);
  return depths;
}

/** A passive declare of something missing closes its channel, so each has a channel of its own. */
async function unlessThere(
  model: ChannelModel,
  check: (channel: Channel) => Promise<unknown>,
  declare: (channel: Channel) => Promise<unknown>,
): Promise<void> {
  const checking = await openChannel(model);
  const missing = await check(checking).then(
    () => false,
    (error: unknown) => {
      if (replyCode(error) === REPLY_CODE.notFound) return true;
      throw error;
    },
  );
  if (!missing) return await closeQuietly(checking);
  const declaring = await openChannel(model);
  await declare(declaring);
  await closeQuietly(declaring);
}

function queueOptions(queue: QueueDeclaration, model: ChannelModel): Options.AssertQueue {
  if (!queue.quorum) return { durable: queue.durable };
  const limit = hasDeliveryLimitByDefault(model) ? { 'x-delivery-limit': -1 } : {};
  return { durable: true, arguments: { 'x-queue-type': 'quorum', ...limit } };
}

/**
 * RabbitMQ 4 drops a message of a quorum queue after 20 deliveries unless the limit is -1; RabbitMQ 3
 * has no limit unless one is given, and takes -1 for "at the first redelivery".
 */
function hasDeliveryLimitByDefault(model: ChannelModel): boolean {
  const { product, version } = model.connection.serverProperties;
  return product === 'RabbitMQ' && Number.parseInt(version, 10) >= 4;
}
