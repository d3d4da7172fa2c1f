/** Finds what methods name, in RabbitMQ's words when it is not there. */
import { AmqpError } from '../amqp-error.ts';
import type { Channel } from '../channel.ts';
import type { Exchange } from '../exchange.ts';
import type { Queue } from '../queue.ts';

const RESERVED_PREFIX = 'amq.';

/** @throws AmqpError 404. */
export function findExchange(channel: Channel, name: string): Exchange {
  const exchange = channel.host.exchanges.get(name);
  if (!exchange) throw new AmqpError(404, `no exchange '${name}' in vhost '/'`);
  return exchange;
}

/** The name that a method means: an empty one is the channel's last declared queue. */
export function queueName(channel: Channel, name: string): string {
  if (name !== '') return name;
  if (channel.lastQueue === '') throw new AmqpError(404, 'no previously declared queue');
  return channel.lastQueue;
}

/** @throws AmqpError 404, or 405 for another connection's exclusive queue. */
export function findQueue(channel: Channel, name: string): Queue {
  const wanted = queueName(channel, name);
  const queue = channel.host.queues.get(wanted);
  if (!queue) throw new AmqpError(404, `no queue '${wanted}' in vhost '/'`);
  checkOwner(channel, queue);
  return queue;
}

/** @throws AmqpError 405 for another connection's exclusive queue. */
export function checkOwner(channel: Channel, queue: Queue): void {
  const { owner } = queue.options;
  if (owner === undefined || owner === channel.connection) return;
  throw lockedError(queue.name);
}

/** The 405 for a queue whose exclusiveness differs from what is asked for. */
export function lockedError(name: string): AmqpError {
  const text =
    `cannot obtain exclusive access to locked queue '${name}' in vhost '/'. It could be originally ` +
    'declared on another connection or the exclusive property value does not match that of the ' +
    'original declaration.';
  return new AmqpError(405, text);
}

/** @throws AmqpError 403 for names that only the broker gives. */
export function checkNotReserved(kind: 'exchange' | 'queue', name: string): void {
  if (!name.startsWith(RESERVED_PREFIX)) return;
  throw new AmqpError(403, `${kind} name '${name}' contains reserved prefix '${RESERVED_PREFIX}*'`);
}

/** @throws AmqpError 403 for the default exchange, which is bound to every queue and to nothing else. */
export function checkNotDefault(name: string): void {
  if (name === '') throw new AmqpError(403, 'operation not permitted on the default exchange');
}

/** @throws AmqpError 406 for a property that differs from the existing declaration. */
export function checkSame(
  thing: string,
  property: string,
  received: string | boolean,
  current: string | boolean,
): void {
  if (received === current) return;
  const values = `received '${received}' but current is '${current}'`;
  throw new AmqpError(406, `inequivalent arg '${property}' for ${thing} in vhost '/': ${values}`);
}
