/** Group commit over a segment that leaves messages out. */

import type { AppendMessage, AppendOutcome, Segment } from '@apiary/common/chunks/chunks.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { RANGE_WAIT_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { appendOf, runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { expect, test } from '@jest/globals';
import { Committer, type Waiting } from './committer.ts';

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
  readonly committer: Committer;
  failure: Error | undefined;
  asked = 0;
  #news = Promise.withResolvers<void>();

  constructor() {
    const patient = {
      append: async (messages: readonly AppendMessage[], overdue: ReadonlySet<AppendMessage>) => {
        this.asked++;
        if (this.failure) throw this.failure;
        const isEarly = (each: AppendMessage) => this.early.has(fromOf(each)) && !overdue.has(each);
        return messages.map((each) => (isEarly(each) ? undefined : stored()));
      },
      news: async () => await this.#news.promise,
    };
    const append = async (messages: readonly AppendMessage[]) => messages.map(stored);
    // Of a segment nothing else is used.
    const segment = { append, patient } as Partial<Segment> as Segment;
    this.committer = new Committer(segment, this.clock, {
      committed: (batch) => {
        this.committed.push(batch.map(({ message }) => fromOf(message)));
        return undefined;
      },
      failed: (error) => this.failures.push(error),
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
