/** Asking: requests with a deadline by direct reply-to; nobody there is an error at once. */
import type { Channel, ConsumeMessage } from 'amqplib';
import { AppError } from '../errors.ts';
import { RPC_DEADLINE_MS, RPC_PENDING_MAX } from '../limits.ts';
import { newId } from '../random.ts';
import type { CallOptions, RpcAddress } from './bus.ts';
import type { BusConnection } from './connection.ts';
import { REPLY_CODE, replyCode } from './declare.ts';
import { RecoveringChannel } from './recovering-channel.ts';
import { RpcAnswer } from './rpc-answer.ts';
import {
  type Control,
  DIRECT_REPLY_TO,
  encode,
  PART_HEADER,
  replyKind,
  rpcKey,
} from './rpc-message.ts';
import { EXCHANGE } from './topology.ts';

interface Question {
  readonly address: RpcAddress;
  readonly action: string;
  readonly body: unknown;
  readonly options: CallOptions;
}

/** See the file's head. Its channel is opened with the first call: a Bee never opens one. */
export class RpcClient {
  readonly #connection: BusConnection;
  readonly #pending = new Map<string, RpcAnswer>();
  #recovering: RecoveringChannel<Channel> | undefined;
  #started: Promise<void> | undefined;

  constructor(connection: BusConnection) {
    this.#connection = connection;
  }

  /** See `BusRpc.call`. @throws AppError `request-invalid` also when the action answers in parts */
  async call(question: Question): Promise<unknown> {
    return await this.#ask(question, question.options.signal !== undefined, async (answer) => {
      const first = await answer.next();
      if (first && !answer.streams) return first.value;
      throw new AppError('request-invalid', `${question.action} answers in parts: use stream`);
    });
  }

  /** See `BusRpc.stream`. */
  async *stream(question: Question): AsyncGenerator<unknown> {
    const { answer, end } = await this.#begin(question, true);
    const cancelTimer = this.#unlessBegun(answer, question);
    try {
      for (;;) {
        const part = await answer.next();
        if (!part) return;
        yield part.value;
      }
    } finally {
      cancelTimer();
      end();
    }
  }

  #unlessBegun(answer: RpcAnswer, { action, options }: Question): () => void {
    const { acceptMs } = options;
    if (acceptMs === undefined) return () => undefined;
    const late = `Nobody has begun to answer ${action} within ${acceptMs} ms.`;
    return this.#connection.settings.clock.after(acceptMs, () => {
      if (!answer.isBegun) answer.fail(new AppError('deadline-passed', late));
    });
  }

  async #ask<T>(
    question: Question,
    controls: boolean,
    task: (answer: RpcAnswer) => Promise<T>,
  ): Promise<T> {
    const { answer, end } = await this.#begin(question, controls);
    try {
      return await task(answer);
    } finally {
      end();
    }
  }

  async #begin(
    question: Question,
    controls: boolean,
  ): Promise<{ answer: RpcAnswer; end: () => void }> {
    const { signal, deadlineMs = RPC_DEADLINE_MS } = question.options;
    signal?.throwIfAborted();
    if (this.#connection.state === 'disconnected') throw lost();
    if (this.#pending.size >= RPC_PENDING_MAX) {
      throw new AppError('too-many', `Over ${RPC_PENDING_MAX} calls wait for an answer.`);
    }
    const id = newId();
    const answer = new RpcAnswer((queue, control) => this.#control(queue, id, control));
    const { clock } = this.#connection.settings;
    const late = `No answer to ${question.action} within ${deadlineMs} ms.`;
    const cancelTimer = clock.after(deadlineMs, () =>
      answer.fail(new AppError('deadline-passed', late)),
    );
    const onAbort = () => answer.fail(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#pending.set(id, answer);
    const end = () => {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
      answer.leave();
      this.#pending.delete(id);
    };
    const started = this.#start();
    try {
      // A call made while the channel is being opened waits for it, but not past its deadline.
      if (!this.#recovering?.channel) await answer.unlessFailed(started);
      this.#send(id, question, { deadlineMs, controls });
    } catch (error) {
      end();
      throw error;
    }
    return { answer, end };
  }

  #send(
    id: string,
    { address, action, body, options }: Question,
    { deadlineMs, controls }: { deadlineMs: number; controls: boolean },
  ): void {
    const channel = this.#recovering?.channel;
    if (!channel) throw lost();
    const content = encode({ version: 1, actor: options.actor, deadlineMs, controls, body });
    channel.publish(EXCHANGE.rpc, rpcKey(address), content, {
      mandatory: true,
      persistent: false,
      type: action,
      correlationId: id,
      replyTo: DIRECT_REPLY_TO,
      expiration: String(Math.ceil(deadlineMs)),
    });
  }

  #start(): Promise<void> {
    if (this.#started) return this.#started;
    const recovering = new RecoveringChannel<Channel>(this.#connection, {
      name: 'RPC client',
      create: (model) => model.createChannel(),
      open: async (channel) => {
        channel.on('return', ({ properties, fields }) => {
          const missing = `Nobody answers ${String(fields.routingKey)}; is it running?`;
          this.#answerOf(properties.correlationId)?.fail(
            new AppError('component-missing', missing),
          );
        });
        await channel.consume(DIRECT_REPLY_TO, (message) => message && this.#receive(message), {
          noAck: true,
        });
      },
      lost: (error) => {
        const reason = asCallError(error);
        for (const answer of this.#pending.values()) answer.fail(reason);
      },
    });
    this.#recovering = recovering;
    this.#started = recovering.start();
    return this.#started;
  }

  #receive({ content, properties }: ConsumeMessage): void {
    const kind = replyKind(properties.type);
    if (kind === undefined) return;
    const controls: unknown = properties.replyTo;
    const queue = typeof controls === 'string' ? controls : undefined;
    const answer = this.#answerOf(properties.correlationId);
    if (answer) {
      const part: unknown = properties.headers?.[PART_HEADER];
      const number = typeof part === 'number' ? part : undefined;
      answer.receive({ kind, content, part: number, controls: queue });
    } else if ((kind === 'accepted' || kind === 'parts') && queue !== undefined) {
      // Given up before the handler said where it listens.
      this.#control(queue, String(properties.correlationId), { type: 'cancel' });
    }
  }

  #answerOf(id: unknown): RpcAnswer | undefined {
    return typeof id === 'string' ? this.#pending.get(id) : undefined;
  }

  #control(queue: string, id: string, control: Control): void {
    this.#recovering?.channel?.publish('', queue, encode(control), {
      persistent: false,
      correlationId: id,
    });
  }
}

function lost(): AppError {
  return new AppError('bus-lost', 'There is no connection to the broker.');
}

function asCallError(error: Error | undefined): AppError {
  const cause = { cause: error };
  switch (replyCode(error)) {
    case REPLY_CODE.accessRefused:
      return new AppError('broker-refused', error?.message ?? '', cause);
    case REPLY_CODE.notFound:
      return new AppError('component-missing', 'Nobody answers requests on this broker.', cause);
    default:
      return new AppError('bus-lost', 'The connection was lost before the answer came.', cause);
  }
}
