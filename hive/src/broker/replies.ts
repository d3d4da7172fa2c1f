import type { Message } from './message.ts';

/** The pseudo-queue of direct reply-to. */
export const REPLY_TO_QUEUE = 'amq.rabbitmq.reply-to';

/** Takes replies; a channel that consumes {@link REPLY_TO_QUEUE}. */
export interface ReplyReceiver {
  /** False if it cannot take more just now. */
  onReply(message: Message): boolean;
}

/** Who waits for direct replies, by the address that requests carry. */
export class Replies {
  readonly #receivers = new Map<string, ReplyReceiver>();
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Gives a receiver its address, which nobody can guess. */
  register(receiver: ReplyReceiver): string {
    const address = `${REPLY_TO_QUEUE}.${this.#newId()}`;
    this.#receivers.set(address, receiver);
    return address;
  }

  unregister(address: string): void {
    this.#receivers.delete(address);
  }

  /** The receiver at an address; undefined if it is gone or the key is none. */
  find(routingKey: string): ReplyReceiver | undefined {
    return routingKey.startsWith(REPLY_TO_QUEUE) ? this.#receivers.get(routingKey) : undefined;
  }
}
