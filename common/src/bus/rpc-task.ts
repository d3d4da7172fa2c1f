/**
 * One request being answered: runs the handler and sends its value or its parts, never too many ahead. Parts that come
 * within a moment go in one message: what a message costs both sides is more than what a small part does.
 */
import type { Channel, Options } from 'amqplib';
import type { Clock } from '../clock.ts';
import { AppError, toAppError } from '../errors.ts';
import { RPC_ACCEPT_MS, RPC_PARTS_BYTES, RPC_PARTS_WAIT_MS, RPC_STREAM_WINDOW } from '../limits.ts';
import type { RpcHandler } from './bus.ts';
import {
  type Control,
  type Envelope,
  encode,
  encodeError,
  encodeParts,
  PART_HEADER,
  type ReplyKind,
} from './rpc-message.ts';

/** Where the answer goes. */
export interface AnswerAddress {
  readonly channel: Channel;
  readonly replyTo: string;
  readonly id: string;
  /** The queue on which this server hears from its callers. */
  readonly controls: string;
}

/** What a task is made of. */
export interface TaskOptions {
  readonly to: AnswerAddress;
  readonly action: string;
  readonly envelope: Envelope;
  readonly handler: RpcHandler;
  readonly clock: Clock;
}

/** See the file's head. */
export class RpcTask {
  readonly #options: TaskOptions;
  readonly #controller = new AbortController();
  /** The caller has to hear where this server listens. */
  #owesControls: boolean;
  #sent = 0;
  #taken = 0;
  #wake: (() => void) | undefined;

  constructor(options: TaskOptions) {
    this.#options = options;
    this.#owesControls = options.envelope.controls;
  }

  /** Tells the handler to stop; the caller is told why. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Takes in what the caller said. */
  control(control: Control): void {
    if (control.type === 'cancel') {
      this.abort(new AppError('deadline-passed', 'The caller no longer listens.'));
    } else {
      this.#taken += control.parts;
      this.#wake?.();
    }
  }

  /** Runs to the end; never rejects, but resolves to what went wrong. */
  async run(): Promise<unknown> {
    const { action, envelope, handler, clock } = this.#options;
    const cancelAccept = this.#owesControls && clock.after(RPC_ACCEPT_MS, () => this.#accept());
    try {
      const { signal } = this.#controller;
      const answer = handler({ action, actor: envelope.actor, body: envelope.body, signal });
      if (isIterable(answer)) {
        await this.#sendParts(answer);
      } else {
        this.#send('value', encode({ body: await this.#unlessAborted(answer) }));
      }
      return undefined;
    } catch (error) {
      this.#sendError(error);
      return error;
    } finally {
      if (cancelAccept) cancelAccept();
    }
  }

  #accept(): void {
    if (this.#owesControls) this.#send('accepted', encode({ body: null }));
  }

  async #sendParts(answer: AsyncIterable<unknown>): Promise<void> {
    const parts = answer[Symbol.asyncIterator]();
    let waiting: string[] = [];
    let length = 0;
    let due: Due | undefined;
    const send = async (kind: 'parts' | 'last') => {
      const isTaken = this.#send(kind, encodeParts(waiting), this.#sent);
      this.#sent += waiting.length;
      waiting = [];
      length = 0;
      due?.cancel();
      due = undefined;
      if (!isTaken && kind === 'parts') await this.#drained();
    };
    try {
      for (;;) {
        const coming = parts.next();
        if (due && !(await due.isAfter(coming))) await send('parts');
        const part = await this.#unlessAborted(coming);
        if (part.done) break;
        const json = JSON.stringify(part.value) ?? 'null';
        const isFull = !this.#hasRoom(waiting.length) || length + json.length > RPC_PARTS_BYTES;
        if (waiting.length > 0 && isFull) await send('parts');
        await this.#room();
        waiting.push(json);
        length += json.length;
        due ??= new Due(this.#options.clock);
      }
      await send('last');
    } catch (error) {
      if (waiting.length > 0 && !this.#controller.signal.aborted) await send('parts');
      throw error;
    } finally {
      due?.cancel();
      // Not awaited: a generator that is deaf to its signal ends when its own wait ends.
      void Promise.resolve(parts.return?.()).catch(() => undefined);
    }
  }

  #hasRoom(waiting: number): boolean {
    return this.#sent + waiting - this.#taken < RPC_STREAM_WINDOW;
  }

  /** Waits until the caller has taken enough of what was sent. */
  async #room(): Promise<void> {
    while (!this.#hasRoom(0)) {
      const taken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await this.#unlessAborted(taken);
    }
  }

  async #drained(): Promise<void> {
    const { channel } = this.#options.to;
    let stop = () => {};
    const drained = new Promise<void>((resolve) => {
      channel.once('drain', resolve);
      stop = () => channel.removeListener('drain', resolve);
    });
    await this.#unlessAborted(drained).finally(stop);
  }

  /** A handler may be deaf to its signal: then its late answer or failure is nobody's. */
  async #unlessAborted<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    let stop = () => {};
    const aborted = new Promise<never>((_, reject) => {
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      stop = () => signal.removeEventListener('abort', onAbort);
    });
    return await Promise.race([promise, aborted]).finally(stop);
  }

  #send(kind: ReplyKind, content: Buffer, part?: number): boolean {
    const { channel, replyTo, id, controls } = this.#options.to;
    const properties: Options.Publish = {
      type: kind,
      correlationId: id,
      persistent: false,
      ...(this.#owesControls && { replyTo: controls }),
      ...(part !== undefined && { headers: { [PART_HEADER]: part } }),
    };
    this.#owesControls = false;
    return channel.publish('', replyTo, content, properties);
  }

  #sendError(error: unknown): void {
    try {
      this.#send('error', encodeError(toAppError(error)));
    } catch {
      // The channel is gone, and with it the caller's way to hear.
    }
  }
}

/** When what waits has to go. */
class Due {
  readonly cancel: () => void;
  readonly #come: Promise<false>;

  constructor(clock: Clock) {
    const { promise, resolve } = Promise.withResolvers<false>();
    this.#come = promise;
    this.cancel = clock.after(RPC_PARTS_WAIT_MS, () => resolve(false));
  }

  /** True if it is settled before. */
  async isAfter(promise: Promise<unknown>): Promise<boolean> {
    const settled = promise.then(
      () => true,
      () => true,
    );
    return await Promise.race([settled, this.#come]);
  }
}

function isIterable(
  answer: Promise<unknown> | AsyncIterable<unknown>,
): answer is AsyncIterable<unknown> {
  return Symbol.asyncIterator in answer;
}
