/**
 * Group commit: what arrived while the previous commit ran goes into the next one, and a message that
 * comes alone is committed at once. Deliveries are acked after the commit. Lines wait for a while for those before
 * them, where another honeycomb may be about to commit these.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery } from '@apiary/common/bus/bus.ts';
import type { AppendMessage, AppendOutcome, Segment } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { COMMIT_LATE_MS } from '@apiary/common/limits/health.ts';
import { RANGE_WAIT_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { COMMIT_RAW_BYTES_MAX } from '@apiary/common/limits.ts';
import type { CommitStep, Uncommitted } from './uncommitted.ts';

/** A message that waits for its commit. */
export interface Waiting {
  /** Absent for what did not come from the queue. */
  readonly delivery?: Delivery;
  /** Told what became of it, for what did not come from the queue. */
  readonly answer?: Pick<PromiseWithResolvers<AppendOutcome>, 'resolve' | 'reject'>;
  readonly message: AppendMessage;
  readonly rawBytes: number;
}

/** What a committer tells. */
export interface CommitListener {
  /** Told of each commit before the next one begins; it waits for what it is given. */
  committed(
    batch: readonly Waiting[],
    outcomes: readonly AppendOutcome[],
  ): Promise<void> | undefined;
  /** A commit failed: nothing of it was stored. Everything that waits is forgotten. */
  failed(error: unknown): void;
  /** A commit has run for COMMIT_LATE_MS; told once of each. */
  late(uncommitted: Uncommitted): void;
}

/** See the file's head. */
export class Committer {
  readonly #segment: Segment;
  readonly #listener: CommitListener;
  readonly #clock: Clock;
  /** With {@link #early} bounded by the consumer's prefetch. */
  #waiting: Waiting[] = [];
  /** What waits for lines before it → since when. Tried again with each commit. */
  readonly #early = new Map<Waiting, number>();
  /** Everything that is not committed → since when, the oldest first. */
  readonly #since = new Map<Waiting, number>();
  #step: CommitStep = 'between commits';
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #added = 0;
  #done = 0;
  #flushes: { readonly upTo: number; readonly resolve: () => void }[] = [];

  constructor(segment: Segment, clock: Clock, listener: CommitListener) {
    this.#segment = segment;
    this.#clock = clock;
    this.#listener = listener;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#since.set(waiting, this.#clock.now());
    this.#added++;
    this.#running ??= this.#run();
    this.#wake?.();
  }

  /** What is not committed; undefined when there is nothing. */
  get uncommitted(): Uncommitted | undefined {
    const [sinceMs] = this.#since.values();
    if (sinceMs === undefined) return undefined;
    const step = this.#step === 'appending' ? (this.#segment.step ?? this.#step) : this.#step;
    return { step, messages: this.#since.size, sinceMs };
  }

  /** Resolves once nothing waits. */
  async idle(): Promise<void> {
    await this.flushed();
    while (this.#running) await this.#running;
  }

  /** Resolves once everything that was added until now is committed, or forgotten after a failure. */
  async flushed(): Promise<void> {
    const upTo = this.#added;
    if (this.#done >= upTo) return;
    await new Promise<void>((resolve) => {
      this.#flushes.push({ upTo, resolve });
      this.#wake?.();
    });
  }

  #finished(done: number): void {
    this.#done = done;
    const flushes = this.#flushes;
    this.#flushes = flushes.filter(({ upTo }) => upTo > done);
    for (const { upTo, resolve } of flushes) if (upTo <= done) resolve();
  }

  async #run(): Promise<void> {
    // Whatever the same read of the socket brought comes along.
    await nextTurn();
    let batch: readonly Waiting[] = [];
    try {
      while (this.#waiting.length + this.#early.size > 0) {
        const news = this.#segment.patient?.news();
        batch = this.#takeBatch();
        await this.#commitWatched(batch);
        if (this.#waiting.length > 0) await nextTurn();
        else if (this.#early.size > 0) await this.#untilNews(news);
      }
    } catch (error) {
      for (const { answer } of [...batch, ...this.#waiting]) answer?.reject(error);
      this.#waiting = [];
      this.#early.clear();
      this.#since.clear();
      this.#finished(this.#added);
      this.#listener.failed(error);
    } finally {
      this.#running = undefined;
    }
    if (this.#waiting.length > 0) this.#running ??= this.#run();
  }

  async #commitWatched(batch: readonly Waiting[]): Promise<void> {
    const cancel = this.#clock.after(COMMIT_LATE_MS, () => {
      if (this.uncommitted) this.#listener.late(this.uncommitted);
    });
    try {
      await this.#commit(batch);
    } finally {
      cancel();
      this.#step = 'between commits';
    }
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    this.#step = 'appending';
    const outcomes = await this.#append(batch.map(({ message }) => message));
    const committed: Waiting[] = [];
    for (const [index, waiting] of batch.entries()) {
      if (outcomes[index]) {
        committed.push(waiting);
        this.#early.delete(waiting);
      } else if (!this.#early.has(waiting)) this.#early.set(waiting, this.#clock.now());
    }
    if (committed.length === 0) return;
    this.#step = 'handing on';
    const pause = this.#listener.committed(
      committed,
      outcomes.filter((outcome) => outcome !== undefined),
    );
    if (pause) await pause;
    for (const waiting of committed) this.#since.delete(waiting);
    this.#finished(this.#done + committed.length);
  }

  async #append(messages: readonly AppendMessage[]): Promise<(AppendOutcome | undefined)[]> {
    const { patient } = this.#segment;
    if (!patient || this.#flushes.length > 0) return await this.#segment.append(messages);
    const untilMs = this.#clock.now() - RANGE_WAIT_MS_MAX;
    const overdue = new Set<AppendMessage>();
    for (const [{ message }, sinceMs] of this.#early) if (sinceMs <= untilMs) overdue.add(message);
    return await patient.append(messages, overdue);
  }

  /** Also ends when there is more to commit, somebody waits for all of it, or time is up. */
  async #untilNews(news: Promise<void> | undefined): Promise<void> {
    if (this.#flushes.length > 0) return;
    this.#step = 'waiting for lines before these';
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const [sinceMs = 0] = this.#early.values();
    const leftMs = Math.max(0, sinceMs + RANGE_WAIT_MS_MAX - this.#clock.now());
    const cancel = this.#clock.after(leftMs, resolve);
    await Promise.race([promise, news]);
    cancel();
    this.#wake = undefined;
  }

  /** What waits for lines before it, and what came since. */
  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.rawBytes;
      if (count > 0 && bytes > COMMIT_RAW_BYTES_MAX) break;
      count++;
    }
    return [...this.#early.keys(), ...this.#waiting.splice(0, count)];
  }
}
