/** Group commit over a segment that leaves messages out. */

import type {
  AppendMessage,
  AppendOutcome,
  AppendStep,
  Segment,
} from '@apiary/common/chunks/chunks.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { COMMIT_LATE_MS } from '@apiary/common/limits/health.ts';
import { RANGE_WAIT_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { appendOf, runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { expect, test } from '@jest/globals';
import { Committer, type Waiting } from './committer.ts';
import type { Uncommitted } from './uncommitted.ts';

const STREAM = streamOf(Array.from({ length: 20 }, (_, index) => `line ${index}`));

/** A message that can be told by where it begins. */
function waitingAt(from: number): Waiting {
  return { message: appendOf([runOf(STREAM, from, from + 5)]), rawBytes: 5 };
}

function fromOf({ message }: AppendMessage): number {
  return message.runs[0]?.from ?? -1;
}

/** Leaves out what is `early`, unless it is asked not to. */
class Rig {
  readonly clock = new ManualClock();
  readonly early = new Set<number>();
  readonly committed: number[][] = [];
  readonly failures: unknown[] = [];
  readonly late: Uncommitted[] = [];
  /** What an append waits for, and what the one who is told of a commit does. */
  store: Promise<void> | undefined;
  told: Promise<void> | undefined;
  step: AppendStep | undefined;
  readonly committer: Committer;
  failure: Error | undefined;
  asked = 0;
  #news = Promise.withResolvers<void>();

  constructor() {
    const patient = {
      append: async (messages: readonly AppendMessage[], overdue: ReadonlySet<AppendMessage>) => {
        this.asked++;
        await this.store;
        if (this.failure) throw this.failure;
        const isEarly = (each: AppendMessage) => this.early.has(fromOf(each)) && !overdue.has(each);
        return messages.map((each) => (isEarly(each) ? undefined : stored()));
      },
      news: async () => await this.#news.promise,
    };
    const append = async (messages: readonly AppendMessage[]) => messages.map(stored);
    // Of a segment nothing else is used.
    const segment = { append, patient } as Partial<Segment> as Segment;
    Object.defineProperty(segment, 'step', { get: () => this.step });
    this.committer = new Committer(segment, this.clock, {
      committed: (batch) => {
        this.committed.push(batch.map(({ message }) => fromOf(message)));
        return this.told;
      },
      failed: (error) => this.failures.push(error),
      late: (uncommitted) => this.late.push(uncommitted),
    });
  }

  tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

function stored(): AppendOutcome {
  return { sequence: 1, runs: [] };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('what is left out is committed once others have told something, and the rest does not wait', async () => {
  const rig = new Rig();
  rig.early.add(5);
  for (const from of [0, 5, 10]) rig.committer.add(waitingAt(from));
  await settled();
  expect(rig.committed).toEqual([[0, 10]]);
  rig.tell();
  await settled();
  expect(rig.committed).toHaveLength(1);
  rig.early.clear();
  rig.tell();
  await settled();
  expect(rig.committed).toEqual([[0, 10], [5]]);
  const { asked } = rig;
  rig.tell();
  await settled();
  expect(rig.asked).toBe(asked);
});

test('what comes meanwhile is committed, with what it lets go', async () => {
  const rig = new Rig();
  rig.early.add(5);
  rig.committer.add(waitingAt(5));
  await settled();
  rig.early.clear();
  rig.committer.add(waitingAt(0));
  await settled();
  expect(rig.committed).toEqual([[5, 0]]);
});

test('it waits no longer than it may', async () => {
  const rig = new Rig();
  rig.early.add(5);
  rig.committer.add(waitingAt(5));
  await settled();
  rig.clock.advance(RANGE_WAIT_MS_MAX - 1);
  await settled();
  expect(rig.committed).toEqual([]);
  rig.early.add(10);
  rig.committer.add(waitingAt(10));
  rig.clock.advance(1);
  await settled();
  expect(rig.committed).toEqual([[5]]);
  rig.clock.advance(RANGE_WAIT_MS_MAX);
  await settled();
  expect(rig.committed).toEqual([[5], [10]]);
});

test('whoever waits for all that has come does not wait for others', async () => {
  const rig = new Rig();
  rig.early.add(5);
  rig.committer.add(waitingAt(5));
  await settled();
  await rig.committer.flushed();
  expect(rig.committed).toEqual([[5]]);
  rig.early.add(10);
  rig.committer.add(waitingAt(10));
  await rig.committer.idle();
  expect(rig.committed).toEqual([[5], [10]]);
});

test('what waits is forgotten when a commit fails', async () => {
  const rig = new Rig();
  rig.early.add(5);
  rig.committer.add(waitingAt(5));
  await settled();
  rig.failure = new Error('the store is away');
  rig.committer.add(waitingAt(0));
  await settled();
  expect(rig.failures).toEqual([rig.failure]);
  rig.failure = undefined;
  rig.early.clear();
  rig.committer.add(waitingAt(10));
  await settled();
  expect(rig.committed).toEqual([[10]]);
});

test('what is not committed is told with what is being done, and since when', async () => {
  const rig = new Rig();
  const startMs = rig.clock.now();
  expect(rig.committer.uncommitted).toBeUndefined();
  const store = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  [rig.store, rig.told] = [store.promise, told.promise];
  rig.committer.add(waitingAt(0));
  await settled();
  rig.clock.advance(500);
  rig.committer.add(waitingAt(5));
  const all = { messages: 2, sinceMs: startMs };
  expect(rig.committer.uncommitted).toEqual({ ...all, step: 'appending' });
  rig.step = 'asking the catalogue';
  expect(rig.committer.uncommitted).toEqual({ ...all, step: 'asking the catalogue' });
  rig.early.add(5);
  store.resolve();
  await settled();
  expect(rig.committer.uncommitted).toEqual({ ...all, step: 'handing on' });
  told.resolve();
  await settled();
  const left = { messages: 1, sinceMs: startMs + 500 };
  expect(rig.committer.uncommitted).toEqual({ ...left, step: 'waiting for lines before these' });
  rig.early.clear();
  rig.tell();
  await settled();
  expect(rig.committer.uncommitted).toBeUndefined();
});

test('a commit that does not end is told of once, and one that ends in time is not', async () => {
  const rig = new Rig();
  const startMs = rig.clock.now();
  const store = Promise.withResolvers<void>();
  rig.store = store.promise;
  rig.step = 'writing the frame';
  rig.committer.add(waitingAt(0));
  await settled();
  rig.clock.advance(COMMIT_LATE_MS - 1);
  expect(rig.late).toEqual([]);
  rig.clock.advance(1);
  const late = [{ step: 'writing the frame', messages: 1, sinceMs: startMs }];
  expect(rig.late).toEqual(late);
  rig.clock.advance(10 * COMMIT_LATE_MS);
  expect(rig.late).toEqual(late);
  store.resolve();
  await settled();
  rig.committer.add(waitingAt(5));
  await settled();
  rig.clock.advance(COMMIT_LATE_MS);
  expect(rig.late).toEqual(late);
  expect(rig.committed).toEqual([[0], [5]]);
});

test('what a failed commit forgets is not uncommitted any more', async () => {
  const rig = new Rig();
  rig.failure = new Error('the store is away');
  rig.committer.add(waitingAt(0));
  await settled();
  expect(rig.committer.uncommitted).toBeUndefined();
  rig.clock.advance(COMMIT_LATE_MS);
  expect(rig.late).toEqual([]);
});
