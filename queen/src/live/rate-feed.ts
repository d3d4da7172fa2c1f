import type { Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { RATE_INSTANCES_MAX, RATE_LIFE_MS } from '@apiary/common/limits.ts';
import { EVENT_SCHEMAS } from '@apiary/common/messages/events.ts';
import type { Lane, Outbox, Outgoing } from './outbox.ts';

/** What all honeycombs take in together. */
export interface IngestRate {
  readonly linesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly atMs: number;
}

interface InstanceRate extends IngestRate {
  readonly heardMs: number;
}

/** Adds up what the honeycombs say about their ingest and tells it on. */
export class RateFeed {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #rates = new Map<string, InstanceRate>();
  readonly #watchers = new Set<(rate: IngestRate) => void>();
  #subscription: Subscription | undefined;

  constructor(bus: Bus, clock: Clock) {
    this.#bus = bus;
    this.#clock = clock;
  }

  /** Subscribes to the events. */
  async start(): Promise<void> {
    this.#subscription = await this.#bus.events.on('ingest.rate', ({ body }) => {
      const event = EVENT_SCHEMAS['ingest.rate'].safeParse(body);
      if (!event.success) return;
      const { instance, ...rate } = event.data;
      if (!this.#rates.has(instance) && this.#rates.size >= RATE_INSTANCES_MAX) return;
      this.#rates.set(instance, { ...rate, heardMs: this.#clock.now() });
      const sum = this.current();
      if (sum) for (const watcher of this.#watchers) watcher(sum);
    });
  }

  /** Ends all. */
  async stop(): Promise<void> {
    this.#watchers.clear();
    await this.#subscription?.cancel();
    this.#subscription = undefined;
  }

  /** Tells each change; the result stops it. */
  watch(watcher: (rate: IngestRate) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** The sum as last heard, if anything was. */
  current(): IngestRate | undefined {
    const aliveFromMs = this.#clock.now() - RATE_LIFE_MS;
    for (const [instance, { heardMs }] of this.#rates) {
      if (heardMs < aliveFromMs) this.#rates.delete(instance);
    }
    const rates = [...this.#rates.values()];
    if (rates.length === 0) return undefined;
    return {
      linesPerSecond: rates.reduce((sum, rate) => sum + rate.linesPerSecond, 0),
      bytesPerSecond: rates.reduce((sum, rate) => sum + rate.bytesPerSecond, 0),
      atMs: Math.max(...rates.map((rate) => rate.atMs)),
    };
  }
}

/** One socket's watch on the rate: only the newest waits. */
export class RateLane implements Lane {
  readonly #outbox: Outbox;
  #rate: IngestRate | undefined;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Notes the newest. */
  changed(rate: IngestRate): void {
    this.#rate = rate;
    this.#outbox.offer(this);
  }

  take(): Outgoing | undefined {
    const rate = this.#rate;
    this.#rate = undefined;
    return rate && { event: 'system.rate', payload: rate };
  }
}
