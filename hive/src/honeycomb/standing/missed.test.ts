/** Gaps of listeners where other honeycombs let go of chunks. */
import type { Catalogue, ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { MISSED_ATTEMPTS_MAX } from '@apiary/common/limits/mongodb.ts';
import { allParts } from '@apiary/common/testing/bus-bench.ts';
import { describe, expect, test } from '@jest/globals';
import { Holdings } from '../holdings/holdings.ts';
import { ChunkCache } from '../search/chunk-cache.ts';
import { Missed } from './missed.ts';

const GONE: ChunkEntry = {
  id: 'gone',
  partition: { day: '2026-11-20', retentionClass: 'default' },
  format: 'plain-zstd@1',
  ...{ records: 1, rawBytes: 10, storedBytes: 10, minTime: 1, maxTime: 2 },
  ...{ firstSequence: 1, lastSequence: 5 },
  sections: [{ name: 'all', bytes: 10 }],
};

/** A gap over a chunk whose sections are no more, which so many looks at the catalogue still name. */
function gapOver(looks: number) {
  const clock = new ManualClock();
  const readSection = async () => {
    throw new AppError('not-found', 'It was dropped.');
  };
  let looked = 0;
  const catalogue = async (): Promise<Catalogue> => {
    looked += 1;
    return { segments: [], version: looked, chunks: looked <= looks ? [GONE] : [] };
  };
  const cache = new ChunkCache({ readSection }, clock);
  const store = { catalogue, known: () => undefined };
  const missed = new Missed({ holdings: new Holdings([]), cache, clock, store });
  return allParts(missed.run({ query: '', after: 0, to: 7 }));
}

describe('a gap that is filled while a chunk of it goes', () => {
  test('is filled from what is left', async () => {
    expect(await gapOver(1)).toEqual([{ records: [], sequence: 7 }]);
  });

  test('is given up where chunks go again and again', async () => {
    await expect(gapOver(MISSED_ATTEMPTS_MAX)).rejects.toMatchObject({ code: 'not-found' });
  });
});
