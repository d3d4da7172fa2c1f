/**
 * Pushes alerts that are pending or firing. An event says that something changed; what is so now is read
 * from pheromone once for all watchers, at most every ALERTS_REFRESH_INTERVAL_MS.
 */
import type { Actor, Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { ALERTS_PAGE_MAX, ALERTS_REFRESH_INTERVAL_MS } from '@apiary/common/limits/alerts.ts';
import type { Logger } from '@apiary/common/log.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import type { Alert } from '@apiary/common/messages/alerts.ts';
import type { Lane, Outbox, Outgoing } from './outbox.ts';

/** While pheromone does not answer, the next reading waits so long. */
const RETRY_MS = 2_000;

/** Told of each new reading. */
export type AlertsWatcher = (alerts: readonly Alert[]) => void;

/** See the file's head. */
export class AlertsFeed {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #actor: Actor;
  readonly #watchers = new Set<AlertsWatcher>();
  #subscription: Subscription | undefined;
  #stopState: () => void = () => undefined;
  #cancelTimer: (() => void) | undefined;
  #isOwed = false;
  #isStopped = false;

  constructor(options: {
    readonly bus: Bus;
    readonly clock: Clock;
    readonly log: Logger;
    readonly actor: Actor;
  }) {
    this.#bus = options.bus;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#actor = options.actor;
  }

  /** Subscribes to the events. */
  async start(): Promise<void> {
    this.#subscription = await this.#bus.events.on('alert.changed', () => this.#changed());
    this.#stopState = this.#bus.onState((state) => {
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

  /** What is so now. @throws AppError when pheromone does not answer */
  async read(): Promise<Alert[]> {
    const request = { state: 'active' as const, limit: ALERTS_PAGE_MAX };
    const options = { actor: this.#actor };
    return (await callAction(this.#bus, pheromoneActions.listAlerts, request, options)).alerts;
  }

  /** Tells each change; the result stops it. */
  watch(watcher: AlertsWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #changed(): void {
    this.#isOwed = true;
    if (this.#watchers.size === 0 || this.#cancelTimer || this.#isStopped) return;
    // At once, and then not before the interval is over.
    this.#rest(ALERTS_REFRESH_INTERVAL_MS);
    void this.#tell();
  }

  #rest(pauseMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.after(pauseMs, () => {
      this.#cancelTimer = undefined;
      if (this.#isOwed) this.#changed();
    });
  }

  async #tell(): Promise<void> {
    this.#isOwed = false;
    try {
      const alerts = await this.read();
      for (const watcher of this.#watchers) watcher(alerts);
    } catch (error) {
      if (this.#isStopped) return;
      this.#log.warn({ code: toAppError(error).code }, 'alerts.read-failed');
      this.#isOwed = true;
      this.#rest(RETRY_MS);
    }
  }
}

/** One socket's watch on alerts: the newest reading replaces one that waits. */
export class AlertsLane implements Lane {
  readonly #outbox: Outbox;
  #alerts: readonly Alert[] | undefined;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Notes what is so now. */
  changed(alerts: readonly Alert[]): void {
    this.#alerts = alerts;
    this.#outbox.offer(this);
  }

  take(): Outgoing | undefined {
    const alerts = this.#alerts;
    if (!alerts) return undefined;
    this.#alerts = undefined;
    return { event: 'alerts.changed', payload: { alerts } };
  }
}
