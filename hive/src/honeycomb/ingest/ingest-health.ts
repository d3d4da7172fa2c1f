import type { Bus } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { type DiskSpace, diskIsLow } from '@apiary/common/health/disk-space.ts';
import { VITALS_INTERVAL_MS } from '@apiary/common/limits/health.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import type { Vitals } from '@apiary/common/messages/vitals.ts';
import type { Uncommitted } from './uncommitted.ts';

interface IngestHealthContext {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly instance: string;
}

/** How ingest is: its lag, and whether it stands still; told as events when it stops and goes on. */
export class IngestHealth {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #instance: string;
  readonly #disk: DiskSpace | undefined;
  #isStoppedByDisk = false;
  #lagMs = 0;
  #lagFromMs = Number.NEGATIVE_INFINITY;
  #stopped: { readonly reason: string; readonly sinceMs: number } | undefined;

  /** With the disk of an embedded store it notices that too: then nothing may come that could fail. */
  constructor(context: IngestHealthContext, disk?: DiskSpace) {
    this.#bus = context.bus;
    this.#clock = context.clock;
    this.#instance = context.instance;
    this.#disk = disk;
  }

  /** Notes a commit of what was read at `observedMs`; the slowest of an interval counts. */
  committed(observedMs: number): void {
    this.resumed();
    const now = this.#clock.now();
    const lagMs = Math.max(0, now - observedMs);
    if (now - this.#lagFromMs > VITALS_INTERVAL_MS) {
      this.#lagFromMs = now;
      this.#lagMs = lagMs;
    } else this.#lagMs = Math.max(this.#lagMs, lagMs);
  }

  /** The store takes nothing. */
  stoppedBy(reason: string): void {
    if (this.#stopped) return;
    const atMs = this.#clock.now();
    this.#stopped = { reason, sinceMs: atMs };
    const body: EventBody<'ingest.stopped'> = { instance: this.#instance, reason, atMs };
    this.#bus.events.emit('ingest.stopped', body);
  }

  /** It takes again. */
  resumed(): void {
    if (!this.#stopped) return;
    const atMs = this.#clock.now();
    const stoppedMs = atMs - this.#stopped.sinceMs;
    this.#stopped = undefined;
    const body: EventBody<'ingest.resumed'> = { instance: this.#instance, stoppedMs, atMs };
    this.#bus.events.emit('ingest.resumed', body);
  }

  /** For the process's vitals. */
  now(uncommitted?: Uncommitted): NonNullable<Vitals['ingest']> {
    this.#lookAtDisk();
    const isFresh = this.#clock.now() - this.#lagFromMs <= 2 * VITALS_INTERVAL_MS;
    return {
      ...(isFresh && { lagMs: this.#lagMs }),
      ...(this.#stopped && { stopped: this.#stopped }),
      ...(uncommitted && { uncommitted }),
    };
  }

  #lookAtDisk(): void {
    const figures = this.#disk?.figures();
    if (!figures) return;
    const isLow = figures.freeBytes < figures.reserveBytes;
    if (isLow) this.stoppedBy(diskIsLow(figures));
    else if (this.#isStoppedByDisk) this.resumed();
    this.#isStoppedByDisk = isLow;
  }
}
