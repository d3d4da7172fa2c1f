import { ManualClock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { createMemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReadingFeed } from './reading-feed.ts';

describe('a feed of readings', () => {
  const clock = new ManualClock();
  const { bus, broker } = createMemoryBus({ clock });
  let feed: ReadingFeed<{ readonly count: number }>;
  let reads: number;
  let isDown: boolean;
  let seen: number[];

  beforeEach(async () => {
    reads = 0;
    isDown = false;
    seen = [];
    feed = new ReadingFeed({
      bus,
      clock,
      log: createSilentLogger(),
      event: 'thing.changed',
      intervalMs: 500,
      read: async () => {
        if (isDown) throw new AppError('component-missing', 'away');
        reads += 1;
        return { count: reads };
      },
    });
    await feed.start();
  });
  afterEach(async () => {
    await feed.stop();
  });

  async function change(times = 1): Promise<void> {
    for (let i = 0; i < times; i += 1) bus.events.emit('thing.changed', {});
    await broker.settled();
  }

  it('reads once for all watchers, at once and then at most once an interval', async () => {
    const stop = feed.watch(({ count }) => seen.push(count));
    feed.watch(({ count }) => seen.push(count));
    await change(50);
    expect(seen).toEqual([1, 1]);
    clock.advance(500);
    await broker.settled();
    expect(seen).toEqual([1, 1, 2, 2]);
    stop();
    clock.advance(500);
    await change();
    expect(seen).toEqual([1, 1, 2, 2, 3]);
  });

  it('reads nothing while nobody watches', async () => {
    await change(5);
    clock.advance(1000);
    await broker.settled();
    expect(reads).toBe(0);
  });

  it('tries again while the component is away', async () => {
    feed.watch(({ count }) => seen.push(count));
    isDown = true;
    await change();
    expect(seen).toEqual([]);
    isDown = false;
    clock.advance(2_000);
    await broker.settled();
    expect(seen).toEqual([1]);
  });
});
