/**
 * Which delivery is tried when. In memory: an order for each thread (a resolution never overtakes its
 * alert), a bound on attempts at once and a pause for each channel. In the store: everything that a crash
 * must not lose. What an instance left behind is adopted by the next one to look.
 */
import type { Versioned } from '@apiary/common/documents/documents.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import {
  DELIVERIES_WAITING_MAX,
  ORPHAN_GRACE_MS,
  ORPHANS_INTERVAL_MS,
} from '@apiary/common/limits/deliveries.ts';
import type { Attempts } from './attempts.ts';
import { channelType } from './channels/index.ts';
import type { Delivery } from './model.ts';
import type { Parts } from './parts.ts';

/** Attempts and pauses of one channel. */
interface Lane {
  running: number;
  pausedUntilMs: number;
  readonly due: Versioned<Delivery>[];
}

/** Schedules deliveries and has them attempted. */
export class Dispatcher {
  readonly #parts: Parts;
  readonly #attempts: Attempts;
  readonly #threads = new Map<string, Versioned<Delivery>[]>();
  readonly #lanes = new Map<string, Lane>();
  readonly #known = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #timers = new Map<string, () => void>();
  #roomWaiters: (() => void)[] = [];
  #stopOrphans: () => void = () => undefined;
  #stopped = false;

  constructor(parts: Parts, attempts: Attempts) {
    this.#parts = parts;
    this.#attempts = attempts;
  }

  /** Takes up what an earlier process left, and goes on looking for more of it. */
  async start(): Promise<void> {
    this.#watchOrphans(await this.#adopt(0));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopOrphans();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#wakeRoomWaiters();
    this.#attempts.stop();
    await Promise.allSettled(this.#underWay);
  }

  /** Deliveries that wait here or are under way. */
  get size(): number {
    return this.#known.size;
  }

  /** Resolves once another message can be taken; false when it never will. */
  async room(): Promise<boolean> {
    while (this.#known.size >= DELIVERIES_WAITING_MAX && !this.#stopped) {
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
    }
    return !this.#stopped;
  }

  /** A waiting delivery; the same one twice is taken once. */
  accept(delivery: Versioned<Delivery>): void {
    const { id, thread, atMs } = delivery.document;
    if (this.#stopped || this.#known.has(id)) return;
    this.#known.add(id);
    const queue = this.#threads.get(thread) ?? [];
    this.#threads.set(thread, queue);
    const before = queue.findIndex(({ document }) => document.atMs > atMs);
    // The first of the queue is under way or has its timer: it stays the first.
    queue.splice(before < 0 ? queue.length : Math.max(before, 1), 0, delivery);
    if (queue.length === 1) this.#schedule(delivery);
  }

  #schedule(delivery: Versioned<Delivery>): void {
    const { id, nextMs } = delivery.document;
    const lane = this.#laneOf(delivery);
    const { clock } = this.#parts.context;
    const waitMs = Math.max(nextMs, lane.pausedUntilMs) - clock.now();
    if (waitMs <= 0) {
      this.#run(delivery, lane);
      return;
    }
    const cancel = clock.after(waitMs, () => {
      this.#timers.delete(id);
      // A pause may have begun meanwhile.
      this.#schedule(delivery);
    });
    this.#timers.set(id, cancel);
  }

  #run(delivery: Versioned<Delivery>, lane: Lane): void {
    if (this.#stopped) return;
    if (lane.running >= this.#attemptsMax(delivery)) {
      lane.due.push(delivery);
      return;
    }
    lane.running += 1;
    const work = this.#attempt(delivery, lane).finally(() => {
      this.#underWay.delete(work);
      lane.running -= 1;
      const next = lane.due.shift();
      if (next) this.#schedule(next);
    });
    this.#underWay.add(work);
  }

  async #attempt(delivery: Versioned<Delivery>, lane: Lane): Promise<void> {
    const { context } = this.#parts;
    try {
      const after = await this.#attempts.attempt(delivery);
      if (after?.pauseMs !== undefined) lane.pausedUntilMs = context.clock.now() + after.pauseMs;
      if (after?.delivery.document.state === 'waiting') {
        const [first] = this.#threads.get(after.delivery.document.thread) ?? [];
        if (first === delivery)
          this.#threads.get(after.delivery.document.thread)?.splice(0, 1, after.delivery);
        this.#schedule(after.delivery);
        return;
      }
    } catch (error) {
      // The store failed: the lease ends, and whoever looks for orphans tries again.
      context.log.error({ delivery: delivery.document.id, err: error }, 'delivery.failed');
    }
    this.#forget(delivery);
  }

  #forget({ document: { id, thread } }: Versioned<Delivery>): void {
    this.#known.delete(id);
    const queue = this.#threads.get(thread);
    const rest = queue?.filter(({ document }) => document.id !== id) ?? [];
    const [next] = rest;
    if (next) {
      this.#threads.set(thread, rest);
      this.#schedule(next);
    } else this.#threads.delete(thread);
    this.#wakeRoomWaiters();
  }

  #wakeRoomWaiters(): void {
    for (const wake of this.#roomWaiters.splice(0)) wake();
  }

  #laneOf({ document: { channelId } }: Versioned<Delivery>): Lane {
    const known = this.#lanes.get(channelId);
    if (known) return known;
    const lane: Lane = { running: 0, pausedUntilMs: 0, due: [] };
    this.#lanes.set(channelId, lane);
    return lane;
  }

  #attemptsMax({ document: { channelKind } }: Versioned<Delivery>): number {
    return channelKind ? channelType(channelKind).attemptsMax : 1;
  }

  #watchOrphans(pauseMs: number): void {
    this.#stopOrphans = this.#parts.context.clock.after(pauseMs, () => {
      const work = this.#adopt(ORPHAN_GRACE_MS)
        .catch((error: unknown) => {
          this.#parts.context.log.warn({ err: error }, 'delivery.orphans-unread');
          return ORPHANS_INTERVAL_MS;
        })
        .then((nextMs) => {
          this.#underWay.delete(work);
          if (!this.#stopped) this.#watchOrphans(nextMs);
        });
      this.#underWay.add(work);
    });
  }

  /**
   * Takes up waiting deliveries that nobody holds and that are overdue by `graceMs`. The result is when to look
   * again: as soon as the first lease ends of an attempt that somebody may have died in.
   */
  async #adopt(graceMs: number): Promise<number> {
    await this.#attempts.takeOver();
    let nextMs = ORPHANS_INTERVAL_MS;
    const now = this.#parts.context.clock.now();
    for await (const found of eachDocument(this.#parts.model.deliveries, { state: 'waiting' })) {
      if (this.#known.size >= DELIVERIES_WAITING_MAX || this.#stopped) break;
      const { nextMs: dueMs, leaseUntilMs, id } = found.document;
      if (leaseUntilMs > now) {
        if (!this.#known.has(id)) nextMs = Math.min(nextMs, leaseUntilMs - now);
      } else if (graceMs === 0 || dueMs + graceMs <= now) this.accept(found);
    }
    return nextMs;
  }
}
