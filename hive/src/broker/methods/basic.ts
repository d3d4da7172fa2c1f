import { BROKER_CONSUMERS_MAX } from '@apiary/common/limits/broker.ts';
import { AmqpError } from '../amqp-error.ts';
import type { Channel } from '../channel.ts';
import type { MethodFields } from '../codec/method-codec.ts';
import { ChannelConsumer } from '../consumer.ts';
import { Publication } from '../publication.ts';
import type { Queue } from '../queue.ts';
import { REPLY_TO_QUEUE } from '../replies.ts';
import type { ChannelMethods } from './handler.ts';
import { findExchange, findQueue, queueName } from './lookup.ts';

/** The basic class. */
export const basicMethods: ChannelMethods = {
  'basic.qos': (channel, { prefetchSize, prefetchCount, global }) => {
    if (prefetchSize !== 0) throw new AmqpError(540, `prefetch_size!=0 (${prefetchSize})`);
    if (global) channel.channelPrefetch = prefetchCount;
    else channel.consumerPrefetch = prefetchCount;
    channel.send('basic.qos-ok', {});
    channel.scheduleConsumers();
  },
  'basic.consume': (channel, fields) => consume(channel, fields),
  'basic.cancel': (channel, { consumerTag, noWait }) => {
    const consumer = channel.consumers.get(consumerTag);
    channel.consumers.delete(consumerTag);
    if (!consumer) channel.cancelReplies(consumerTag);
    if (!noWait) channel.send('basic.cancel-ok', { consumerTag });
    consumer?.queue.removeConsumer(consumer);
  },
  'basic.publish': (channel, fields) => {
    if (fields.immediate) throw new AmqpError(540, 'immediate=true');
    channel.connection.account.check('write', 'exchange', fields.exchange);
    const exchange = findExchange(channel, fields.exchange);
    if (exchange.options.internal) {
      throw new AmqpError(
        403,
        `cannot publish to internal exchange '${exchange.name}' in vhost '/'`,
      );
    }
    channel.beginPublish(new Publication(fields));
  },
  'basic.get': (channel, { queue: name, noAck }) => {
    channel.connection.account.check('read', 'queue', queueName(channel, name));
    const queue = findQueue(channel, name);
    const entry = queue.take();
    if (entry) channel.answerGet(queue, entry, noAck);
    else channel.send('basic.get-empty', {});
  },
  'basic.ack': (channel, { deliveryTag, multiple }) => {
    channel.settle(deliveryTag, multiple, 'ack');
  },
  'basic.reject': (channel, { deliveryTag, requeue }) => {
    channel.settle(deliveryTag, false, requeue ? 'requeue' : 'reject');
  },
  'basic.nack': (channel, { deliveryTag, multiple, requeue }) => {
    channel.settle(deliveryTag, multiple, requeue ? 'requeue' : 'reject');
  },
  'basic.recover': (channel, { requeue }) => {
    recover(channel, requeue);
    channel.send('basic.recover-ok', {});
  },
  'basic.recover-async': (channel, { requeue }) => recover(channel, requeue),
};

function recover(channel: Channel, requeue: boolean): void {
  if (!requeue) throw new AmqpError(540, 'requeue=false');
  channel.recover();
}

function consume(channel: Channel, fields: MethodFields<'basic.consume'>): void {
  const { noAck, exclusive } = fields;
  const tag = fields.consumerTag === '' ? `amq.ctag-${channel.host.newId()}` : fields.consumerTag;
  if (channel.consumers.has(tag)) {
    throw new AmqpError(530, `attempt to reuse consumer tag '${tag}'`);
  }
  if (fields.queue === REPLY_TO_QUEUE) {
    if (!noAck) throw new AmqpError(406, 'reply consumer cannot acknowledge');
    channel.consumeReplies(tag);
    if (!fields.noWait) channel.send('basic.consume-ok', { consumerTag: tag });
    return;
  }
  channel.connection.account.check('read', 'queue', queueName(channel, fields.queue));
  const queue = findQueue(channel, fields.queue);
  checkConsumable(channel, queue, exclusive);
  const prefetch = channel.consumerPrefetch;
  const consumer = new ChannelConsumer(channel, queue, { tag, noAck, exclusive, prefetch });
  channel.consumers.set(tag, consumer);
  if (!fields.noWait) channel.send('basic.consume-ok', { consumerTag: tag });
  queue.addConsumer(consumer);
}

function checkConsumable(channel: Channel, queue: Queue, exclusive: boolean): void {
  if (channel.consumers.size >= BROKER_CONSUMERS_MAX)
    throw new AmqpError(406, 'too many consumers');
  if (queue.hasExclusiveConsumer || (exclusive && queue.consumerCount > 0)) {
    throw new AmqpError(403, `queue '${queue.name}' in vhost '/' in exclusive use`);
  }
  if (channel.channelPrefetch > 0 && queue.options.policy.type === 'quorum') {
    throw new AmqpError(540, `queue '${queue.name}' in vhost '/' does not support global qos`);
  }
}
