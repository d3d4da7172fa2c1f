import { ManualClock } from '@apiary/common/clock.ts';
import {
  MERGE_REST_FACTOR,
  MERGE_REST_MS_MAX,
  MERGE_RESTS_MAX,
} from '@apiary/common/limits/store.ts';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { MergePace } from './merge-pace.ts';

const TOOK_MS = 500;
const REST_MS = TOOK_MS * MERGE_REST_FACTOR;

describe('the pace of merging', () => {
  let clock: ManualClock;
  let isBusy: boolean;
  let pace: MergePace;

  beforeEach(() => {
    clock = new ManualClock();
    isBusy = false;
    pace = new MergePace({ clock, isBusy: () => isBusy });
  });

  /** Until something may be merged. */
  function rested(): number {
    const began = clock.now();
    for (let rest = pace.restMs(); rest > 0; rest = pace.restMs()) clock.advance(rest);
    return clock.now() - began;
  }

  test('the first one may begin at once, the next one after a rest in proportion to what the last took', () => {
    isBusy = true;
    expect(pace.restMs()).toBe(0);
    isBusy = false;
    pace.merged(TOOK_MS, 1);
    clock.advance(REST_MS - 1);
    expect(pace.restMs()).toBe(1);
    clock.advance(1);
    expect(pace.restMs()).toBe(0);
  });

  test('a rest goes on while there is something to do that people wait for, within a bound', () => {
    isBusy = true;
    pace.merged(TOOK_MS, 1);
    expect(rested()).toBe(REST_MS * MERGE_RESTS_MAX);
    expect(pace.restMs()).toBe(0);
    pace.merged(TOOK_MS, 1);
    clock.advance(REST_MS);
    expect(pace.restMs()).toBe(REST_MS);
    isBusy = false;
    expect(rested()).toBe(REST_MS);
  });

  test('several honeycombs together have the share of one, and no rest is longer than its bound', () => {
    pace.merged(TOOK_MS, 3);
    expect(rested()).toBe(3 * REST_MS);
    pace.merged(3_600_000, 3);
    expect(rested()).toBe(MERGE_REST_MS_MAX);
  });
});
