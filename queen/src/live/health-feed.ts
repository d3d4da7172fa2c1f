/**
 * Apiary's own health as one live document, put together from what its processes say about themselves.
 * Nobody is asked: a process that has said nothing for VITALS_LIFE_MS is gone.
 */
import type { Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import {
  HEALTH_INTERVAL_MS,
  VITALS_INTERVAL_MS,
  VITALS_LIFE_MS,
  VITALS_PROCESSES_MAX,
} from '@apiary/common/limits/health.ts';
import { EVENT_SCHEMAS } from '@apiary/common/messages/events.ts';
import type { Health, Vitals } from '@apiary/common/messages/vitals.ts';
import { healthOf, type QueuePeak } from './health-document.ts';
import type { RateFeed } from './rate-feed.ts';

interface Heard {
  readonly vitals: Vitals;
  readonly heardMs: number;
}

/** See the file's head. */
export class HealthFeed {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #rates: RateFeed;
  readonly #heard = new Map<string, Heard>();
  readonly #watchers = new Set<(health: Health) => void>();
  #startedMs = 0;
  #peak: QueuePeak = { most: 0, mostAtMs: 0 };
  #subscription: Subscription | undefined;
  #cancelTold: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;

  constructor(bus: Bus, clock: Clock, rates: RateFeed) {
    this.#bus = bus;
    this.#clock = clock;
    this.#rates = rates;
  }

  /** Begins to listen. */
  async start(): Promise<void> {
    this.#startedMs = this.#clock.now();
    this.#peak = { most: 0, mostAtMs: this.#startedMs };
    this.#subscription = await this.#bus.events.on('process.vitals', ({ body }) => {
      const event = EVENT_SCHEMAS['process.vitals'].safeParse(body);
      if (event.success) this.#hear(event.data);
    });
  }

  /** Ends all. */
  async stop(): Promise<void> {
    this.#watchers.clear();
    this.#cancelTold?.();
    this.#cancelLook?.();
    await this.#subscription?.cancel();
    this.#subscription = undefined;
  }

  /** How everything is now. */
  async read(): Promise<{ readonly health: Health }> {
    return { health: this.#document() };
  }

  /** Tells each change; the result stops it. */
  watch(watcher: (reading: { readonly health: Health }) => void): () => void {
    const tell = (health: Health) => watcher({ health });
    this.#watchers.add(tell);
    this.#lookLater();
    return () => this.#watchers.delete(tell);
  }

  #hear(vitals: Vitals): void {
    const { instance } = vitals;
    if (!this.#heard.has(instance) && this.#heard.size >= VITALS_PROCESSES_MAX) return;
    this.#heard.set(instance, { vitals, heardMs: this.#clock.now() });
    this.#changed();
  }

  /** Silence is no event, so somebody has to notice it. */
  #lookLater(): void {
    this.#cancelLook ??= this.#clock.after(VITALS_INTERVAL_MS, () => {
      this.#cancelLook = undefined;
      if (this.#watchers.size === 0) return;
      this.#changed();
      this.#lookLater();
    });
  }

  #changed(): void {
    if (this.#watchers.size === 0 || this.#cancelTold) return;
    this.#cancelTold = this.#clock.after(HEALTH_INTERVAL_MS, () => {
      this.#cancelTold = undefined;
      const health = this.#document();
      for (const watcher of this.#watchers) watcher(health);
    });
  }

  #document(): Health {
    const now = this.#clock.now();
    for (const [instance, { heardMs }] of this.#heard) {
      if (now - heardMs > VITALS_LIFE_MS) this.#heard.delete(instance);
    }
    const { health, peak } = healthOf({
      now,
      processes: [...this.#heard.values()].map(({ vitals }) => vitals),
      rate: this.#rates.current(),
      peak: this.#peak,
      isSettled: now - this.#startedMs > VITALS_LIFE_MS,
    });
    this.#peak = peak;
    return health;
  }
}
