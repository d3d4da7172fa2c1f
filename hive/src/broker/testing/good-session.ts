/** A whole session of a well-behaved AMQP client as bytes, to be spoiled by tests. */
import { FRAME_END } from '../codec/frame-reader.ts';
import { methodFrame, PROTOCOL_HEADER } from '../codec/frame-writer.ts';

/** The frame that signs in. */
export function startOk(user: string, password: string): Buffer {
  return methodFrame(0, 'connection.start-ok', {
    clientProperties: new Map(),
    mechanism: 'PLAIN',
    response: Buffer.from(`\0${user}\0${password}`),
    locale: 'en_US',
  });
}

/** From the protocol's header to the close; declares, binds, consumes, publishes 2,000 bytes, gets. */
export function goodSession(user: string, password: string): Buffer {
  const body = Buffer.alloc(2_000, 'x');
  const header = Buffer.concat([
    Buffer.from([2, 0, 1, 0, 0, 0, 14, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 7, 208, 0, 0]),
    Buffer.from([FRAME_END]),
  ]);
  const frame = Buffer.from([3, 0, 1, 0, 0, 7, 208]);
  const none = new Map();
  const flags = { passive: false, durable: false, exclusive: false, autoDelete: true };
  const noWait = false;
  const routingKey = 'a.#';
  return Buffer.concat([
    PROTOCOL_HEADER,
    startOk(user, password),
    methodFrame(0, 'connection.tune-ok', { channelMax: 9, frameMax: 131_072, heartbeat: 0 }),
    methodFrame(0, 'connection.open', { virtualHost: '/' }),
    methodFrame(1, 'channel.open', {}),
    methodFrame(1, 'confirm.select', { noWait }),
    methodFrame(1, 'queue.declare', { queue: 'fz', ...flags, noWait, arguments: none }),
    methodFrame(1, 'queue.bind', {
      queue: 'fz',
      exchange: 'amq.topic',
      routingKey,
      noWait,
      arguments: none,
    }),
    methodFrame(1, 'basic.qos', { prefetchSize: 0, prefetchCount: 5, global: false }),
    methodFrame(1, 'basic.consume', {
      queue: 'fz',
      consumerTag: 'c',
      noLocal: false,
      noAck: false,
      exclusive: false,
      noWait,
      arguments: none,
    }),
    methodFrame(1, 'basic.publish', {
      exchange: 'amq.topic',
      routingKey: 'a.b',
      mandatory: true,
      immediate: false,
    }),
    header,
    frame,
    body,
    Buffer.from([FRAME_END]),
    methodFrame(1, 'basic.nack', { deliveryTag: 0, multiple: true, requeue: true }),
    methodFrame(1, 'basic.get', { queue: 'fz', noAck: true }),
    methodFrame(1, 'channel.close', { replyCode: 200, replyText: '', classId: 0, methodId: 0 }),
    methodFrame(0, 'connection.close', { replyCode: 200, replyText: '', classId: 0, methodId: 0 }),
  ]);
}
