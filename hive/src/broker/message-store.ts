/** Where messages are while queues hold them: in memory, in the log, or both. */
import { AppError } from '@apiary/common/errors.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { Counters } from './counters.ts';
import type { MessageLog } from './log/message-log.ts';
import type { MemoryGauge } from './memory.ts';
import { type Content, contentBytes, EMPTY_CONTENT, type Message } from './message.ts';

/** The part of a queue that the store knows. */
export interface Holder {
  /** Unique for ever; only used for persistent queues. */
  readonly id: number;
  /** True for a queue that survives a restart. */
  readonly persistent: boolean;
}

/** What a {@link MessageStore} works with. */
export interface MessageStoreOptions {
  readonly log: MessageLog;
  readonly gauge: MemoryGauge;
  readonly counters: Counters;
  readonly logger: Logger;
}

/** Counts references, writes what must survive, and decides what stays in memory. */
export class MessageStore {
  readonly #options: MessageStoreOptions;

  constructor(options: MessageStoreOptions) {
    this.#options = options;
  }

  /**
   * Takes responsibility for a message that goes to these queues. `committed` is called when it is
   * safe: at once unless it has to survive a restart.
   */
  admit(message: Message, holders: readonly Holder[], committed: () => void): void {
    const { content } = message;
    message.references = holders.length;
    if (!content || holders.length === 0) {
      committed();
      return;
    }
    this.#options.gauge.addMessages(1);
    this.#options.gauge.addContent(contentBytes(content));
    const queues = message.persistent
      ? holders.filter((holder) => holder.persistent).map((holder) => holder.id)
      : [];
    if (queues.length === 0) {
      committed();
      return;
    }
    message.spillable = queues.length === holders.length;
    const { exchange, routingKey, publishedAt } = message;
    const logged = { exchange, routingKey, publishedAt, content };
    message.stored = this.#options.log.append(logged, queues, () => {
      committed();
      if (this.#options.gauge.shouldSpill) this.spill(message);
    });
  }

  /** Takes in a message that the log held at start. */
  readmit(message: Message, holders: number): void {
    message.references = holders;
    message.spillable = true;
    this.#options.gauge.addMessages(1);
  }

  /** A queue no longer holds a message. `gone` = the queue itself was deleted. */
  release(message: Message, holder: Holder, gone = false): void {
    if (message.stored && holder.persistent) {
      if (gone) this.#options.log.forget(message.stored, holder.id);
      else this.#options.log.settle(message.stored, holder.id);
    }
    message.references--;
    if (message.references > 0) return;
    this.#options.gauge.addMessages(-1);
    this.#dropContent(message);
  }

  /** Lets go of a content that the log can give back. */
  spill(message: Message): void {
    if (!message.content || !message.spillable || !message.stored?.segment) return;
    if (message.references === 0) return;
    this.#options.counters.messagesSpilled++;
    this.#dropContent(message);
  }

  /** After a delivery: what waits for its acknowledgement need not be in memory. */
  afterDelivery(message: Message): void {
    if (this.#options.gauge.shouldSpill) this.spill(message);
  }

  #dropContent(message: Message): void {
    if (!message.content) return;
    this.#options.gauge.addContent(-contentBytes(message.content));
    message.content = undefined;
  }

  /** The content, read at once if it is only in the log. A damaged one is lost, counted and empty. */
  contentNow(message: Message): Content {
    if (message.content) return message.content;
    if (!message.stored) return EMPTY_CONTENT;
    try {
      return this.#options.log.readSync(message.stored).content;
    } catch (error) {
      this.#lost(error);
      return EMPTY_CONTENT;
    }
  }

  /**
   * Reads contents back for delivery: of the first message and of as many after it as one read gives.
   *
   * @returns the messages whose stored bytes are damaged.
   */
  async load(messages: readonly Message[]): Promise<Message[]> {
    const run = messages.map((message) => message.stored).filter((stored) => stored !== undefined);
    const results = await this.#options.log.readRun(run);
    const damaged: Message[] = [];
    for (const [index, result] of results.entries()) {
      const message = messages[index];
      if (!message || message.content || message.references === 0) continue;
      if (result instanceof AppError) {
        this.#lost(result);
        damaged.push(message);
      } else {
        message.content = result.content;
        this.#options.gauge.addContent(contentBytes(result.content));
      }
    }
    return damaged;
  }

  #lost(error: unknown): void {
    this.#options.counters.messagesLost++;
    this.#options.logger.error({ error: String(error) }, 'broker.message-lost');
  }
}
