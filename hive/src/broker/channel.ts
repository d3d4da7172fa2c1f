import { BROKER_UNACKED_MAX } from '@apiary/common/limits/broker.ts';
import { AmqpError } from './amqp-error.ts';
import type { OutgoingFields } from './codec/method-codec.ts';
import type { MethodName } from './codec/method-table.ts';
import { Confirms } from './confirms.ts';
import type { Connection } from './connection.ts';
import type { ChannelConsumer } from './consumer.ts';
import { Deliveries, type Settlement } from './deliveries.ts';
import type { Exchange } from './exchange.ts';
import type { Message } from './message.ts';
import type { Publication } from './publication.ts';
import type { Queue, QueueEntry } from './queue.ts';
import { REPLY_TO_QUEUE } from './replies.ts';
import type { VirtualHost } from './virtual-host.ts';

/** One channel: consumers, deliveries that wait for acknowledgement, confirms, a publish under way. */
export class Channel {
  readonly id: number;
  readonly connection: Connection;
  readonly consumers = new Map<string, ChannelConsumer>();
  readonly #deliveries = new Deliveries();
  #confirms: Confirms | undefined;
  #publication: Publication | undefined;
  #reply: { readonly tag: string; readonly address: string } | undefined;
  /** For consumers that start from now on; 0 = no bound. */
  consumerPrefetch = 0;
  /** For all consumers together; 0 = no bound. */
  channelPrefetch = 0;
  /** False while the client has stopped deliveries. */
  flowActive = true;
  /** The queue that an empty queue name means. */
  lastQueue = '';
  closed = false;

  constructor(connection: Connection, id: number) {
    this.connection = connection;
    this.id = id;
  }

  get host(): VirtualHost {
    return this.connection.context.host;
  }

  get unackedCount(): number {
    return this.#deliveries.unackedCount;
  }

  /** True if a delivery may be sent now. */
  get canSend(): boolean {
    return this.flowActive && !this.closed && this.connection.canSend;
  }

  /** True if one more unacknowledged delivery is within bounds. */
  get canHold(): boolean {
    const bound = this.channelPrefetch > 0 ? this.channelPrefetch : BROKER_UNACKED_MAX;
    return this.#deliveries.unackedCount < bound;
  }

  send<N extends MethodName>(name: N, fields: OutgoingFields<N>): void {
    this.connection.send(this.id, name, fields);
  }

  /** Makes every publish from now on confirmed. */
  selectConfirms(): void {
    this.#confirms ??= new Confirms((outcome, deliveryTag, multiple) => {
      if (this.closed) return;
      if (outcome === 'ack') this.send('basic.ack', { deliveryTag, multiple });
      else this.send('basic.nack', { deliveryTag, multiple, requeue: false });
    });
  }

  /** @throws AmqpError 505 if another publish is under way. */
  beginPublish(publication: Publication): void {
    if (this.#publication) throw new AmqpError(505, 'expected content, got a method');
    this.#publication = publication;
  }

  get isPublishing(): boolean {
    return this.#publication !== undefined;
  }

  /** @throws AmqpError as {@link Publication} does. */
  takeHeader(payload: Buffer): void {
    if (!this.#publication) throw new AmqpError(505, 'unexpected content header');
    this.#publication.takeHeader(payload);
    if (this.#publication.isComplete) this.#finishPublish(this.#publication);
  }

  /** @throws AmqpError as {@link Publication} does. */
  takeBody(piece: Buffer): void {
    if (!this.#publication) throw new AmqpError(505, 'unexpected content body');
    this.#publication.takeBody(piece);
    this.connection.context.gauge.addContent(piece.length);
    if (this.#publication.isComplete) this.#finishPublish(this.#publication);
  }

  #dropPublication(): void {
    const received = this.#publication?.receivedBytes ?? 0;
    if (received > 0) this.connection.context.gauge.addContent(-received);
    this.#publication = undefined;
  }

  #finishPublish(publication: Publication): void {
    this.#dropPublication();
    const { exchange: name, mandatory } = publication.fields;
    const exchange = this.host.exchanges.get(name);
    if (!exchange) throw new AmqpError(404, `no exchange '${name}' in vhost '/'`);
    this.#checkProperties(publication);
    const message = publication.finish(this.host.clock.now());
    this.host.counters.published++;
    this.#publish(exchange, message, mandatory);
  }

  #checkProperties(publication: Publication): void {
    const { replyTo, userId } = publication.properties;
    const account = this.connection.accountName;
    if (userId !== undefined && userId !== account) {
      const text = `user_id property set to '${userId}' but authenticated user was '${account}'`;
      throw new AmqpError(406, text);
    }
    if (replyTo !== REPLY_TO_QUEUE) return;
    if (!this.#reply) throw new AmqpError(406, 'fast reply consumer does not exist');
    publication.setReplyTo(this.#reply.address);
  }

  #publish(exchange: Exchange, message: Message, mandatory: boolean): void {
    const { content } = message;
    const confirms = this.#confirms;
    const tag = confirms?.begin() ?? 0;
    const result = this.host.publish(exchange, message, () => confirms?.accept(tag));
    if (result === 'rejected') confirms?.refuse(tag);
    if (result !== 'unroutable') return;
    if (!mandatory || !content) {
      this.host.counters.unroutableDropped++;
      return;
    }
    this.host.counters.returned++;
    const { exchange: name, routingKey } = message;
    const fields = { replyCode: 312, replyText: 'NO_ROUTE', exchange: name, routingKey };
    this.connection.sendContent(this.id, 'basic.return', fields, content, message.bodyBytes);
  }

  /** Starts direct reply-to; requests of this channel then carry the consumer's address. */
  consumeReplies(tag: string): void {
    if (this.#reply) throw new AmqpError(406, 'reply consumer already set');
    this.#reply = { tag, address: this.host.replies.register(this) };
  }

  /** True if there was a reply consumer of this tag. */
  cancelReplies(tag: string): boolean {
    if (this.#reply?.tag !== tag) return false;
    this.host.replies.unregister(this.#reply.address);
    this.#reply = undefined;
    return true;
  }

  onReply(message: Message): boolean {
    if (!this.#reply || !message.content || this.closed) return false;
    if (!this.connection.takesReplies) return false;
    const fields = {
      consumerTag: this.#reply.tag,
      deliveryTag: this.#deliveries.nextTag(),
      redelivered: false,
      exchange: message.exchange,
      routingKey: message.routingKey,
    };
    const { content, bodyBytes } = message;
    this.connection.sendContent(this.id, 'basic.deliver', fields, content, bodyBytes);
    return true;
  }

  /** Sends a message to a consumer. */
  deliver(consumer: ChannelConsumer, queue: Queue, entry: QueueEntry, noAck: boolean): void {
    const { message } = entry;
    const content = this.host.store.contentNow(message);
    const fields = {
      consumerTag: consumer.tag,
      deliveryTag: this.#tag(queue, entry, noAck, consumer),
      redelivered: entry.redelivered,
      exchange: message.exchange,
      routingKey: message.routingKey,
    };
    this.connection.sendContent(this.id, 'basic.deliver', fields, content, message.bodyBytes);
    this.#delivered(queue, entry, noAck);
  }

  /** Answers a `basic.get`. */
  answerGet(queue: Queue, entry: QueueEntry, noAck: boolean): void {
    const { message } = entry;
    const content = this.host.store.contentNow(message);
    const fields = {
      deliveryTag: this.#tag(queue, entry, noAck, undefined),
      redelivered: entry.redelivered,
      exchange: message.exchange,
      routingKey: message.routingKey,
      messageCount: queue.readyCount,
    };
    this.connection.sendContent(this.id, 'basic.get-ok', fields, content, message.bodyBytes);
    this.#delivered(queue, entry, noAck);
  }

  #tag(queue: Queue, entry: QueueEntry, noAck: boolean, consumer: ChannelConsumer | undefined) {
    return noAck ? this.#deliveries.nextTag() : this.#deliveries.hold(queue, entry, consumer);
  }

  #delivered(queue: Queue, entry: QueueEntry, noAck: boolean): void {
    this.host.counters.delivered++;
    if (noAck) queue.settle(entry);
    else this.host.store.afterDelivery(entry.message);
  }

  /** @throws AmqpError 406 for an unknown tag. */
  settle(tag: number, multiple: boolean, settlement: Settlement): void {
    const wasFull = !this.canHold;
    const count = this.#deliveries.settle(tag, multiple, settlement);
    if (settlement === 'ack') this.host.counters.acknowledged += count;
    if (wasFull) this.scheduleConsumers();
  }

  /** Puts everything back that is not acknowledged. */
  recover(): void {
    this.#deliveries.requeueAll();
    this.scheduleConsumers();
  }

  /** Deliveries may be possible again. */
  scheduleConsumers(): void {
    for (const consumer of this.consumers.values()) consumer.queue.schedule();
  }

  onConsumerCancelled(consumer: ChannelConsumer): void {
    this.consumers.delete(consumer.tag);
    if (this.closed || !this.connection.knowsCancels) return;
    this.send('basic.cancel', { consumerTag: consumer.tag, noWait: true });
  }

  /** Lets go of everything: consumers leave, unacknowledged deliveries go back. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#dropPublication();
    if (this.#reply) this.cancelReplies(this.#reply.tag);
    const consumers = [...this.consumers.values()];
    this.consumers.clear();
    // First requeue: an auto-delete queue that goes with its last consumer takes its messages along.
    this.#deliveries.requeueAll();
    for (const consumer of consumers) consumer.queue.removeConsumer(consumer);
  }
}
