/**
 * Answering: one channel for each served address, with the component's shared queue, the instance's own,
 * and a queue for what callers say while they are being answered. A request is taken once: it is gone
 * with the server that died over it, and its caller's deadline tells.
 */
import type { Channel, ConsumeMessage } from 'amqplib';
import { AppError, toAppError } from '../errors.ts';
import { RPC_RUNNING_MAX, RPC_STOP_GRACE_MS } from '../limits.ts';
import type { RpcAddress, RpcHandler, Subscription } from './bus.ts';
import type { BusConnection } from './connection.ts';
import { RecoveringChannel } from './recovering-channel.ts';
import { decodeControl, decodeEnvelope, encodeError, rpcKey } from './rpc-message.ts';
import { RpcTask } from './rpc-task.ts';
import { EXCHANGE } from './topology.ts';

/** See the file's head. */
export class RpcServer implements Subscription {
  readonly #connection: BusConnection;
  readonly #address: RpcAddress;
  readonly #handler: RpcHandler;
  readonly #recovering: RecoveringChannel<Channel>;
  readonly #running = new Map<string, RpcTask>();
  #consumers: string[] = [];
  #idle: (() => void) | undefined;

  constructor(connection: BusConnection, address: RpcAddress, handler: RpcHandler) {
    this.#connection = connection;
    this.#address = address;
    this.#handler = handler;
    this.#recovering = new RecoveringChannel<Channel>(connection, {
      name: `RPC server of ${rpcKey(address)}`,
      create: (model) => model.createChannel(),
      open: (channel) => this.#open(channel),
      lost: () => this.#abortAll(new AppError('bus-lost', 'The connection was lost.')),
    });
  }

  /** Resolves when requests are taken. @throws AppError `broker-refused`, `bus-closed` */
  async start(): Promise<void> {
    await this.#recovering.start();
  }

  /** Takes no more requests, lets running ones finish for a moment, then aborts them. */
  async cancel(): Promise<void> {
    const { channel } = this.#recovering;
    if (channel) {
      const cancelled = this.#consumers.splice(0).map((tag) => channel.cancel(tag));
      await Promise.allSettled(cancelled);
    }
    if (this.#running.size > 0) {
      const stopping = new AppError('component-missing', `${rpcKey(this.#address)} is stopping.`);
      const { clock } = this.#connection.settings;
      const cancelGrace = clock.after(RPC_STOP_GRACE_MS, () => this.#abortAll(stopping));
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      cancelGrace();
    }
    await this.#recovering.close();
  }

  async #open(channel: Channel): Promise<void> {
    const { component, instance } = this.#address;
    const controls = await channel.assertQueue('', { exclusive: true, durable: false });
    await channel.consume(controls.queue, (message) => message && this.#control(message), {
      noAck: true,
    });
    const keys = [rpcKey({ component })];
    if (instance !== undefined) keys.push(rpcKey({ component, instance }));
    const consumers: string[] = [];
    for (const key of keys) {
      const name = `${EXCHANGE.rpc}.${key}`;
      await channel.assertQueue(name, { durable: false, autoDelete: true });
      // Consumed before it is bound: a request that is routed has somebody to take it.
      const { consumerTag } = await channel.consume(
        name,
        (message) => {
          if (message) this.#take(message, channel, controls.queue);
          else this.#recovering.restart('The broker cancelled the consumer');
        },
        { noAck: true },
      );
      consumers.push(consumerTag);
      await channel.bindQueue(name, EXCHANGE.rpc, key);
    }
    this.#consumers = consumers;
  }

  #take(message: ConsumeMessage, channel: Channel, controls: string): void {
    const { replyTo, correlationId, type } = message.properties;
    const ids: readonly unknown[] = [replyTo, correlationId, type];
    if (!ids.every((id) => typeof id === 'string' && id !== '')) return;
    const to = { channel, replyTo: String(replyTo), id: String(correlationId), controls };
    const refuse = (error: AppError) => {
      const properties = { type: 'error', correlationId: to.id, persistent: false };
      channel.publish('', to.replyTo, encodeError(error), properties);
    };
    if (this.#running.size >= RPC_RUNNING_MAX) {
      refuse(new AppError('too-many', `Over ${RPC_RUNNING_MAX} requests are being answered.`));
      return;
    }
    try {
      const envelope = decodeEnvelope(message.content);
      const { clock } = this.#connection.settings;
      const handler = this.#handler;
      const task = new RpcTask({ to, action: String(type), envelope, handler, clock });
      this.#running.set(to.id, task);
      void this.#run(task, to.id, String(type), envelope.deadlineMs);
    } catch (error) {
      refuse(toAppError(error));
    }
  }

  async #run(task: RpcTask, id: string, action: string, deadlineMs: number): Promise<void> {
    const { clock, log } = this.#connection.settings;
    // Made when it is needed: an error takes a look at the stack.
    const cancelDeadline = clock.after(deadlineMs, () => {
      const late = `${action} took longer than ${deadlineMs} ms.`;
      task.abort(new AppError('deadline-passed', late));
    });
    const failure = await task.run();
    cancelDeadline();
    this.#running.delete(id);
    if (this.#running.size === 0) this.#idle?.();
    if (failure && toAppError(failure).code === 'internal') {
      // Where it comes from is what a report of it needs.
      log.error({ action, reason: toAppError(failure).message, err: failure }, 'request failed');
    }
  }

  #control({ content, properties }: ConsumeMessage): void {
    const task = this.#running.get(String(properties.correlationId));
    if (!task) return;
    try {
      task.control(decodeControl(content));
    } catch (error) {
      task.abort(error);
    }
  }

  #abortAll(reason: AppError): void {
    for (const task of this.#running.values()) task.abort(reason);
  }
}
