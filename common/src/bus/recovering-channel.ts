/**
 * One channel that is opened again whenever it is lost: with the connection, after a channel error, or
 * when its owner asks for it. Attempts on a standing connection are spaced by a growing pause.
 */
import type { Channel, ChannelModel } from 'amqplib';
import { AppError } from '../errors.ts';
import { BUS_CHANNEL_RETRY_MS_MAX, BUS_RETRY_MS_MIN } from '../limits.ts';
import type { BusConnection, Member } from './connection.ts';
import { closeQuietly, REPLY_CODE, replyCode } from './declare.ts';

/** What its owner does with the channel. */
export interface ChannelOwner<C extends Channel> {
  /** For the log. */
  readonly name: string;
  create(model: ChannelModel): Promise<C>;
  /** Declares, binds and consumes on a new channel. */
  open(channel: C): Promise<void>;
  /** Told when the channel is open. */
  opened?(): void;
  /** Told when an opened channel is gone, with the broker's reason if it had one. */
  lost?(error: Error | undefined): void;
}

/** See the file's head. */
export class RecoveringChannel<C extends Channel> implements Member {
  readonly #connection: BusConnection;
  readonly #owner: ChannelOwner<C>;
  readonly #first = Promise.withResolvers<void>();
  #channel: C | undefined;
  #opening: C | undefined;
  #everOpened = false;
  #closed = false;
  #failures = 0;
  #openedAtMs = 0;
  #attempts = 0;
  #cancelRetry: (() => void) | undefined;

  constructor(connection: BusConnection, owner: ChannelOwner<C>) {
    this.#connection = connection;
    this.#owner = owner;
    // Whoever does not wait for the first channel has no use for its failure.
    this.#first.promise.catch(() => undefined);
  }

  /** The channel while it is open and set up. */
  get channel(): C | undefined {
    return this.#channel;
  }

  /**
   * Starts, and resolves when the channel was opened once.
   *
   * @throws AppError `broker-refused` when the account may not do this; `bus-closed`
   */
  async start(): Promise<void> {
    await this.#connection.add(this);
    await this.#first.promise;
  }

  /** Opens a new channel after a pause, e.g. because the broker cancelled the consumer. */
  restart(reason: string): void {
    const old = this.#channel ?? this.#opening;
    if (!old) return;
    this.#gone(old, new Error(reason));
    void closeQuietly(old);
  }

  /** Ends it for good; what waits for the first channel is rejected. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.remove(this);
    this.#cancelRetry?.();
    this.#first.reject(new AppError('bus-closed', `${this.#owner.name} was closed.`));
    const old = this.#channel;
    this.#channel = undefined;
    if (old) await closeQuietly(old);
  }

  /** Called by the connection; never rejects. */
  async connected(model: ChannelModel): Promise<void> {
    this.#failures = 0;
    await this.#attempt(model);
  }

  async #attempt(model: ChannelModel): Promise<void> {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#attempts += 1;
    const attempt = this.#attempts;
    let failure: Error | undefined;
    let channel: C | undefined;
    try {
      const made = await this.#owner.create(model);
      channel = made;
      this.#opening = made;
      made.on('error', (error) => {
        failure = error;
      });
      made.on('close', () => this.#gone(made, failure));
      await this.#owner.open(made);
      if (this.#opening !== made) throw failure ?? new Error('The channel closed');
      this.#opening = undefined;
      if (this.#closed) return await closeQuietly(made);
      this.#channel = made;
      this.#everOpened = true;
      this.#openedAtMs = this.#connection.settings.clock.now();
      this.#first.resolve();
      this.#owner.opened?.();
    } catch (error) {
      if (channel && this.#opening === channel) {
        this.#opening = undefined;
        void closeQuietly(channel);
      }
      // A newer attempt, on a newer connection, is not disturbed.
      if (attempt !== this.#attempts) return;
      this.#failed(failure ?? (error instanceof Error ? error : new Error(String(error))));
    }
  }

  #gone(channel: C, error: Error | undefined): void {
    if (this.#opening === channel) this.#opening = undefined;
    if (this.#channel !== channel) return;
    this.#channel = undefined;
    const livedMs = this.#connection.settings.clock.now() - this.#openedAtMs;
    if (livedMs > BUS_CHANNEL_RETRY_MS_MAX) this.#failures = 0;
    this.#owner.lost?.(error);
    if (error) this.#failed(error);
  }

  #failed(error: Error): void {
    if (this.#closed) return;
    const { clock, log } = this.#connection.settings;
    const code = replyCode(error);
    if (code === REPLY_CODE.accessRefused && !this.#everOpened) {
      this.#first.reject(new AppError('broker-refused', error.message, { cause: error }));
      void this.close();
      return;
    }
    const model = this.#connection.model;
    // Without a connection there is nothing to wait for: the next one opens the channel.
    if (!model) return;
    const pauseMs = Math.min(BUS_CHANNEL_RETRY_MS_MAX, BUS_RETRY_MS_MIN * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 10);
    log.warn({ channel: this.#owner.name, reason: error.message, pauseMs }, 'bus channel lost');
    this.#cancelRetry?.();
    this.#cancelRetry = clock.after(pauseMs, () => {
      void this.#retry(model, code === REPLY_CODE.notFound);
    });
  }

  async #retry(model: ChannelModel, declareFirst: boolean): Promise<void> {
    if (this.#closed || this.#connection.model !== model) return;
    if (declareFirst) await this.#connection.declareAgain().catch(() => undefined);
    if (this.#closed || this.#connection.model !== model) return;
    await this.#attempt(model);
  }
}
