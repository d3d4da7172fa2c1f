/**
 * Group commit: what arrived while the previous commit ran goes into the next one, and a message that
 * comes alone is committed at once. Deliveries are acked after the commit.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery } from '@apiary/common/bus/bus.ts';
import type { AppendMessage, AppendOutcome, Segment } from '@apiary/common/chunks/chunks.ts';
import { COMMIT_RAW_BYTES_MAX } from '@apiary/common/limits.ts';

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
}

/** See the file's head. */
export class Committer {
  readonly #segment: Segment;
  readonly #listener: CommitListener;
  /** Bounded by the consumer's prefetch. */
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #added = 0;
  #done = 0;
  #flushes: { readonly upTo: number; readonly resolve: () => void }[] = [];

  constructor(segment: Segment, listener: CommitListener) {
    this.#segment = segment;
    this.#listener = listener;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#added++;
    this.#running ??= this.#run();
  }

  /** Resolves once nothing waits. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Resolves once everything that was added until now is committed, or forgotten after a failure. */
  async flushed(): Promise<void> {
    const upTo = this.#added;
    if (this.#done >= upTo) return;
    await new Promise<void>((resolve) => this.#flushes.push({ upTo, resolve }));
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
    let batch: Waiting[] = [];
    try {
      while (this.#waiting.length > 0) {
        batch = this.#takeBatch();
        const outcomes = await this.#segment.append(batch.map(({ message }) => message));
        const pause = this.#listener.committed(batch, outcomes);
        if (pause) await pause;
        this.#finished(this.#done + batch.length);
        if (this.#waiting.length === 0) break;
        await nextTurn();
      }
    } catch (error) {
      for (const { answer } of [...batch, ...this.#waiting]) answer?.reject(error);
      this.#waiting = [];
      this.#finished(this.#added);
      this.#listener.failed(error);
    } finally {
      this.#running = undefined;
    }
    if (this.#waiting.length > 0) this.#running ??= this.#run();
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.rawBytes;
      if (count > 0 && bytes > COMMIT_RAW_BYTES_MAX) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}
