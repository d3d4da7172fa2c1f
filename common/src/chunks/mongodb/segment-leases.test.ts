import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../clock.ts';
import { SEGMENT_LEASE_MS, SEGMENT_SLOW_MS_MAX } from '../../limits/mongodb.ts';
import type { Row } from '../../mongodb/database.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { SegmentLeases } from './segment-leases.ts';

/** A table that takes so long for each row. */
class SlowTable extends MemoryTable {
  readonly #clock: ManualClock;
  tookMs = 0;

  constructor(clock: ManualClock) {
    super();
    this.#clock = clock;
  }

  override async put(row: Row): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#clock.after(this.tookMs, resolve);
    await promise;
    await super.put(row);
  }
}

describe('a lease', () => {
  const clock = new ManualClock();
  const table = new SlowTable(clock);
  const leases = new SegmentLeases(table, clock);
  const STEP_MS = SEGMENT_LEASE_MS / 100;

  async function statesFor(durationMs: number): Promise<Set<string>> {
    const states = new Set<string>();
    for (let passedMs = 0; passedMs < durationMs; passedMs += STEP_MS) {
      clock.advance(STEP_MS);
      await nextTurn();
      states.add(await leases.stateOf('one'));
    }
    return states;
  }

  test('is held where each renewal takes nearly half of it, and is late, then over, behind the last', async () => {
    const first = leases.renew('one');
    clock.advance(0);
    await first;
    const end = leases.hold('one');
    table.tookMs = SEGMENT_LEASE_MS * 0.45;
    expect(await statesFor(5 * SEGMENT_LEASE_MS)).toEqual(new Set(['held']));
    end();
    await statesFor(SEGMENT_LEASE_MS);
    expect(await statesFor(SEGMENT_SLOW_MS_MAX / 2)).toEqual(new Set(['late']));
    await statesFor(SEGMENT_SLOW_MS_MAX / 2);
    expect(await leases.stateOf('one')).toBe('over');
    expect(await leases.isHeld('one')).toBe(false);
  });
});
