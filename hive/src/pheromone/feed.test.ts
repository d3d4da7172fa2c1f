import { ManualClock } from '@apiary/common/clock.ts';
import { FEED_RETRY_MS } from '@apiary/common/limits/alerts.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { createMemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { expect, test } from '@jest/globals';
import { Feed } from './feed.ts';
import { PHEROMONE_ACTOR } from './parts.ts';

test('without a honeycomb it asks once in a while, however many rules wait', async () => {
  const { bus } = createMemoryBus();
  const clock = new ManualClock();
  const log = createSilentLogger();
  let failures = 0;
  log.warn = () => {
    failures++;
  };
  const feed = new Feed({ bus, clock, log, instance: 'p1' }, PHEROMONE_ACTOR);
  await feed.start();
  const settle = async () => {
    for (let turn = 0; turn < 200; turn++) await new Promise((done) => setImmediate(done));
  };
  const nothing = () => undefined;
  const listener = { place: undefined, matched: nothing, told: nothing, passed: nothing };
  for (const id of ['r1', 'r2', 'r3']) feed.follow(id, 'error', listener);
  clock.advance(0);
  await settle();
  expect(failures).toBe(1);
  clock.advance(FEED_RETRY_MS);
  await settle();
  expect(failures).toBe(2);
  await feed.stop();
  await bus.close();
});
