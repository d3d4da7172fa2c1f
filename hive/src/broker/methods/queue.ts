import { AmqpError } from '../amqp-error.ts';
import type { Channel } from '../channel.ts';
import { textOf } from '../codec/field-table.ts';
import type { MethodFields } from '../codec/method-codec.ts';
import type { Queue } from '../queue.ts';
import { differingArgument, parseQueueArguments } from '../queue-arguments.ts';
import { REPLY_TO_QUEUE } from '../replies.ts';
import type { ChannelMethods } from './handler.ts';
import {
  checkNotDefault,
  checkNotReserved,
  checkOwner,
  checkSame,
  findExchange,
  findQueue,
  lockedError,
  queueName,
} from './lookup.ts';

/** The queue class. */
export const queueMethods: ChannelMethods = {
  'queue.declare': (channel, fields) => {
    if (fields.queue.startsWith(REPLY_TO_QUEUE)) {
      declareReplyQueue(channel, fields);
      return;
    }
    const queue = fields.passive ? findQueue(channel, fields.queue) : declare(channel, fields);
    channel.lastQueue = queue.name;
    queue.touch();
    if (fields.noWait) return;
    const { name, readyCount: messageCount, consumerCount } = queue;
    channel.send('queue.declare-ok', { queue: name, messageCount, consumerCount });
  },
  'queue.bind': (channel, fields) => {
    const { source, queue } = ends(channel, fields);
    channel.host.bind(source, fields.routingKey, queue);
    if (!fields.noWait) channel.send('queue.bind-ok', {});
  },
  'queue.unbind': (channel, fields) => {
    const { source, queue } = ends(channel, fields);
    channel.host.unbind(source, fields.routingKey, queue);
    channel.send('queue.unbind-ok', {});
  },
  'queue.purge': (channel, { queue: name, noWait }) => {
    channel.connection.account.check('read', 'queue', queueName(channel, name));
    const messageCount = findQueue(channel, name).purge();
    if (!noWait) channel.send('queue.purge-ok', { messageCount });
  },
  'queue.delete': (channel, fields) => {
    const messageCount = deleteQueue(channel, fields);
    if (!fields.noWait) channel.send('queue.delete-ok', { messageCount });
  },
};

function ends(channel: Channel, fields: Pick<MethodFields<'queue.bind'>, 'queue' | 'exchange'>) {
  checkNotDefault(fields.exchange);
  const { account } = channel.connection;
  account.check('write', 'queue', queueName(channel, fields.queue));
  account.check('read', 'exchange', fields.exchange);
  return {
    source: findExchange(channel, fields.exchange),
    queue: findQueue(channel, fields.queue),
  };
}

function declare(channel: Channel, fields: MethodFields<'queue.declare'>): Queue {
  const { durable, autoDelete } = fields;
  const { account } = channel.connection;
  const name = fields.queue === '' ? `amq.gen-${channel.host.newId()}` : fields.queue;
  account.check('configure', 'queue', name);
  const owner = fields.exclusive ? channel.connection : undefined;
  const existing = channel.host.queues.get(name);
  if (existing) {
    checkEquivalent(channel, existing, fields);
    return existing;
  }
  if (fields.queue !== '') checkNotReserved('queue', name);
  const policy = parseQueueArguments(name, fields.arguments);
  if (policy.type === 'quorum') checkQuorum(name, fields);
  if (policy.deadLetterExchange !== undefined) {
    account.check('read', 'queue', name);
    account.check('write', 'exchange', policy.deadLetterExchange);
  } else if (policy.deadLetterRoutingKey !== undefined) {
    const argument = "invalid arg 'x-dead-letter-routing-key'";
    throw new AmqpError(406, `${argument} for queue '${name}' in vhost '/': no exchange`);
  }
  const declaration = { name, durable, autoDelete, owner, arguments: fields.arguments };
  const queue = channel.host.declareQueue(declaration);
  if (owner) owner.exclusiveQueues.add(queue);
  return queue;
}

function checkQuorum(name: string, fields: MethodFields<'queue.declare'>): void {
  const invalid = (property: string) =>
    new AmqpError(406, `invalid property '${property}' for queue '${name}' in vhost '/'`);
  if (!fields.durable) throw invalid('non-durable');
  if (fields.exclusive) throw invalid('exclusive-owner');
  if (fields.autoDelete) throw invalid('auto-delete');
}

function checkEquivalent(
  channel: Channel,
  existing: Queue,
  fields: MethodFields<'queue.declare'>,
): void {
  checkOwner(channel, existing);
  if (fields.exclusive && existing.options.owner === undefined) throw lockedError(existing.name);
  const thing = `queue '${existing.name}'`;
  checkSame(thing, 'durable', fields.durable, existing.options.durable);
  checkSame(thing, 'auto_delete', fields.autoDelete, existing.options.autoDelete);
  const argument = differingArgument(existing.options.arguments, fields.arguments);
  if (argument === undefined) return;
  const shown = textOf(existing.options.arguments.get(argument)) ?? 'another';
  const text = `inequivalent arg '${argument}' for ${thing} in vhost '/'`;
  throw new AmqpError(
    406,
    `${text}: received a value that differs from the current one (${shown})`,
  );
}

/** Whoever got an address for replies may ask whether its owner still listens. */
function declareReplyQueue(channel: Channel, fields: MethodFields<'queue.declare'>): void {
  const { queue: name } = fields;
  const known = name === REPLY_TO_QUEUE || channel.host.replies.find(name) !== undefined;
  if (!known) throw new AmqpError(404, `no queue '${name}' in vhost '/'`);
  if (fields.noWait) return;
  channel.send('queue.declare-ok', { queue: name, messageCount: 0, consumerCount: 1 });
}

function deleteQueue(channel: Channel, fields: MethodFields<'queue.delete'>): number {
  const name = queueName(channel, fields.queue);
  channel.connection.account.check('configure', 'queue', name);
  const queue = channel.host.queues.get(name);
  if (!queue) return 0;
  checkOwner(channel, queue);
  if (fields.ifUnused && queue.consumerCount > 0) {
    throw new AmqpError(406, `queue '${name}' in vhost '/' in use`);
  }
  if (fields.ifEmpty && queue.readyCount > 0) {
    throw new AmqpError(406, `queue '${name}' in vhost '/' is not empty`);
  }
  return channel.host.deleteQueue(queue);
}
