import type { Bus } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { INGEST_RATE_INTERVAL_MS } from '@apiary/common/limits.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';

/** Tells the ingest rate once a second while it changes; silent at rest. */
export class RateMeter {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #instance: string;
  #lines = 0;
  #bytes = 0;
  #sinceMs = 0;
  #cancel: (() => void) | undefined;
  #last = { linesPerSecond: 0, bytesPerSecond: 0 };

  constructor(context: { readonly bus: Bus; readonly clock: Clock; readonly instance: string }) {
    this.#bus = context.bus;
    this.#clock = context.clock;
    this.#instance = context.instance;
  }

  /** The rate of the last full second. */
  get rate(): { readonly linesPerSecond: number; readonly bytesPerSecond: number } {
    return this.#last;
  }

  add(lines: number, bytes: number): void {
    this.#lines += lines;
    this.#bytes += bytes;
    if (this.#cancel) return;
    this.#sinceMs = this.#clock.now();
    this.#arm();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    this.#cancel = this.#clock.after(INGEST_RATE_INTERVAL_MS, () => this.#tell());
  }

  #tell(): void {
    const now = this.#clock.now();
    const seconds = Math.max(now - this.#sinceMs, 1) / 1000;
    const rate = {
      linesPerSecond: Math.round(this.#lines / seconds),
      bytesPerSecond: Math.round(this.#bytes / seconds),
    };
    const changed =
      rate.linesPerSecond !== this.#last.linesPerSecond ||
      rate.bytesPerSecond !== this.#last.bytesPerSecond;
    this.#last = rate;
    this.#lines = 0;
    this.#bytes = 0;
    this.#sinceMs = now;
    if (changed) {
      const body: EventBody<'ingest.rate'> = { instance: this.#instance, ...rate, atMs: now };
      this.#bus.events.emit('ingest.rate', body);
    }
    if (rate.linesPerSecond > 0) this.#arm();
    else this.#cancel = undefined;
  }
}
