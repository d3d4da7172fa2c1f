/** One call that waits for its answer: parts in order, then an end or an error. */
import { AppError, toAppError } from '../errors.ts';
import { RPC_STREAM_WINDOW } from '../limits.ts';
import {
  type Control,
  decodeBody,
  decodeError,
  decodeParts,
  type ReplyKind,
} from './rpc-message.ts';

/** A message of the answer as the channel brought it. */
export interface Reply {
  readonly kind: ReplyKind;
  readonly content: Buffer;
  /** The number of the first part. */
  readonly part: number | undefined;
  /** The handler's control queue. */
  readonly controls: string | undefined;
}

/** See the file's head. The server's window bounds the parts that are held here. */
export class RpcAnswer {
  readonly #control: (queue: string, control: Control) => void;
  readonly #parts: unknown[] = [];
  #queue: string | undefined;
  #next = 0;
  #taken = 0;
  #streams = false;
  #isBegun = false;
  /** The handler has said its last. */
  #complete = false;
  /** Nothing more is taken in. */
  #ended = false;
  #failure: unknown;
  #wake: (() => void) | undefined;
  #onFailure: ((error: unknown) => void) | undefined;

  constructor(control: (queue: string, control: Control) => void) {
    this.#control = control;
  }

  /** True once parts come, i.e. the handler streams. */
  get streams(): boolean {
    return this.#streams;
  }

  /** True once the handler has said anything. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Takes in one message. */
  receive(reply: Reply): void {
    if (this.#ended) return;
    this.#isBegun = true;
    try {
      this.#receive(reply);
    } catch (error) {
      this.fail(toAppError(error));
    }
    this.#wakeUp();
  }

  /** Ends it with an error; parts that came before are still given out. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure = error;
    this.#ended = true;
    this.#onFailure?.(error);
    this.#wakeUp();
  }

  /** Waits for `promise`, unless the answer fails before. */
  async unlessFailed(promise: Promise<void>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#onFailure = reject;
      promise.then(resolve, reject);
    });
  }

  /** The next part, or undefined after the last. Rejects as the answer failed. */
  async next(): Promise<{ readonly value: unknown } | undefined> {
    for (;;) {
      if (this.#parts.length > 0) {
        const value = this.#parts.shift();
        this.#tellTaken();
        return { value };
      }
      if (this.#ended) {
        if (this.#failure !== undefined) throw this.#failure;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Tells the handler, if it still works, that nobody listens. */
  leave(): void {
    if (this.#queue !== undefined && !this.#complete) {
      this.#control(this.#queue, { type: 'cancel' });
    }
    this.#complete = true;
    this.#ended = true;
  }

  #receive(reply: Reply): void {
    if (reply.controls !== undefined) this.#queue = reply.controls;
    switch (reply.kind) {
      case 'accepted':
        return;
      case 'value':
        this.#parts.push(decodeBody(reply.content));
        this.#complete = true;
        this.#ended = true;
        return;
      case 'parts':
        this.#takeParts(reply);
        return;
      case 'last':
        this.#complete = true;
        this.#takeParts(reply);
        this.#ended = true;
        return;
      case 'error':
        this.#complete = true;
        throw decodeError(reply.content);
    }
  }

  #takeParts({ content, part }: Reply): void {
    this.#streams = true;
    if (part !== this.#next) throw new AppError('bus-lost', 'Parts of the answer were lost.');
    const parts = decodeParts(content);
    this.#next += parts.length;
    this.#parts.push(...parts);
  }

  #tellTaken(): void {
    this.#taken += 1;
    if (this.#taken < RPC_STREAM_WINDOW / 2 || this.#queue === undefined) return;
    if (!this.#complete) this.#control(this.#queue, { type: 'taken', parts: this.#taken });
    this.#taken = 0;
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
