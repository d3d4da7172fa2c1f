/**
 * Pushes what another component answers. An event says that something changed; what is so now is read once
 * for all watchers, at most every `intervalMs`.
 */
import type { Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { Lane, Outbox, Outgoing } from './outbox.ts';

/** While the component does not answer, the next reading waits so long. */
const RETRY_MS = 2_000;

/** What a feed reads, and when. */
export interface ReadingFeedOptions<T> {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  /** Name of the events after which it is read again. */
  readonly event: string;
  readonly intervalMs: number;
  /** Whether an event's body is about what is read; default: always. */
  readonly concerns?: (body: unknown) => boolean;
  /** @throws AppError when the component does not answer */
  readonly read: () => Promise<T>;
}

/** See the file's head. */
export class ReadingFeed<T> {
  readonly #options: ReadingFeedOptions<T>;
  readonly #watchers = new Set<(reading: T) => void>();
  #subscription: Subscription | undefined;
  #stopState: () => void = () => undefined;
  #cancelTimer: (() => void) | undefined;
  #isOwed = false;
  #isStopped = false;

  constructor(options: ReadingFeedOptions<T>) {
    this.#options = options;
  }

  /** Subscribes to the events. */
  async start(): Promise<void> {
    const { bus, event, concerns } = this.#options;
    this.#subscription = await bus.events.on(event, ({ body }) => {
      if (concerns?.(body) ?? true) this.#changed();
    });
    this.#stopState = bus.onState((state) => {
      if (state === 'connected') this.#changed();
    });
  }

  /** Ends all. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#stopState();
    this.#watchers.clear();
    await this.#subscription?.cancel();
  }

  /** What is so now. @throws AppError when the component does not answer */
  async read(): Promise<T> {
    return await this.#options.read();
  }

  /** Tells each new reading; the result stops it. */
  watch(watcher: (reading: T) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #changed(): void {
    this.#isOwed = true;
    if (this.#watchers.size === 0 || this.#cancelTimer || this.#isStopped) return;
    // At once, and then not before the interval is over.
    this.#rest(this.#options.intervalMs);
    void this.#tell();
  }

  #rest(pauseMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(pauseMs, () => {
      this.#cancelTimer = undefined;
      if (this.#isOwed) this.#changed();
    });
  }

  async #tell(): Promise<void> {
    this.#isOwed = false;
    try {
      const reading = await this.read();
      for (const watcher of this.#watchers) watcher(reading);
    } catch (error) {
      if (this.#isStopped) return;
      const { event, log } = this.#options;
      log.warn({ event, code: toAppError(error).code }, 'feed.read-failed');
      this.#isOwed = true;
      this.#rest(RETRY_MS);
    }
  }
}

/** One socket's watch: the newest reading replaces one that waits. */
export class ReadingLane<T> implements Lane {
  readonly #outbox: Outbox;
  readonly #event: string;
  #waiting: { readonly payload: T } | undefined;

  /** `event` is what the browser hears. */
  constructor(outbox: Outbox, event: string) {
    this.#outbox = outbox;
    this.#event = event;
  }

  /** Notes what is so now. */
  changed(payload: T): void {
    this.#waiting = { payload };
    this.#outbox.offer(this);
  }

  take(): Outgoing | undefined {
    const waiting = this.#waiting;
    if (!waiting) return undefined;
    this.#waiting = undefined;
    return { event: this.#event, payload: waiting.payload };
  }
}
