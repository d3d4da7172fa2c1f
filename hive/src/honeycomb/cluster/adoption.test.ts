import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChunkStore, Segment, SegmentOwner } from '@apiary/common/chunks/chunks.ts';
import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { ADOPTION_INTERVAL_MS } from '@apiary/common/limits/mongodb.ts';
import { STORE_RETRY_MS_MAX } from '@apiary/common/limits.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { appendOf, runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Holdings } from '../holdings/holdings.ts';
import { Figures } from '../metrics.ts';
import { until } from '../testing/rig.ts';
import { Adoption } from './adoption.ts';

describe('adoption', () => {
  let folder: string;
  let store: ChunkStore;
  let segment: Segment;
  let orphans: SegmentOwner[];
  let adoption: Adoption;
  let events: string[];
  const clock = new ManualClock(Date.UTC(2026, 10, 20, 12));
  const holdings = new Holdings([]);
  const figures = new Figures(new Metrics());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apiary-adoption-'));
    store = openSqliteStore({ folder });
    segment = await store.openSegment('heir');
    const stream = streamOf(['one', 'two']);
    await segment.append([appendOf([runOf(stream, 0, stream.length)], { arrivedMs: clock.now() })]);
    orphans = [{ id: segment.id, instance: 'gone', epoch: segment.epoch }];
    events = [];
    const note = (_: object, event: string) => events.push(event);
    adoption = new Adoption({
      ...{ store, holdings, clock, figures, instance: 'heir' },
      log: { ...createSilentLogger(), info: note, warn: note, error: note },
      isGone: async () => false,
      hasIt: async () => false,
      onAdopted: () => undefined,
    });
    store.orphans = async () => orphans.splice(0);
    store.adopt = async () => segment;
  });

  afterEach(async () => {
    await adoption.stop();
    await store.close();
    await rm(folder, { recursive: true });
  });

  test('lets go of a segment that another one took over meanwhile, and says so once', async () => {
    let tries = 0;
    segment.seal = async () => {
      tries++;
      throw new AppError('lease-lost', 'Another one has it.');
    };
    await adoption.start();
    await until(() => {
      clock.advance(ADOPTION_INTERVAL_MS);
      return holdings.openRecords === 0;
    });
    clock.advance(STORE_RETRY_MS_MAX);
    await adoption.sealAll();
    expect(tries).toBe(1);
    expect(events).toEqual(['adopted', 'lease-lost']);
    expect(figures.get('leasesLost')).toBe(1);
    // Whoever has it now answers for it.
    expect(holdings.segments.map(({ id }) => id)).not.toContain(segment.id);
  });
});
