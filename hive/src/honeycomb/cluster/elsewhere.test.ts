import type { ChunkEntry, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { expect, test } from '@jest/globals';
import type { Holdings } from '../holdings.ts';
import { heldElsewhere } from './elsewhere.ts';

// Of a chunk and an open set only the id is looked at.
const chunk = (id: string) => ({ id }) as ChunkEntry;
const open = (id: string) => ({ chunk: id, set: undefined as never });

function storeOf(chunks: string[], segments: string[]): Pick<ChunkStore, 'catalogue' | 'segments'> {
  return {
    catalogue: async () => ({ version: 1, chunks: chunks.map(chunk) }),
    segments: async () => segments.map((id) => ({ id, instance: `owner of ${id}`, epoch: 1 })),
  };
}

function holdingsOf(chunks: string[], opened: string[]): Pick<Holdings, 'parts' | 'chunks'> {
  return {
    chunks: chunks.map(chunk),
    parts: () => [{ id: 'mine', epoch: 1, open: opened.map(open), sealed: [] }],
  };
}

test('nothing is elsewhere where one honeycomb holds all, also while a chunk is being sealed', async () => {
  const store = storeOf(['a', 'b'], ['mine']);
  expect(await heldElsewhere(store, holdingsOf(['a'], ['b', 'c']))).toEqual([]);
});

test('segments of others are named, chunks of others are counted', async () => {
  const store = storeOf(['a', 'b', 'c'], ['mine', 'theirs', 'orphan']);
  expect(await heldElsewhere(store, holdingsOf(['a'], []))).toEqual([
    'segment theirs: another honeycomb holds it, and only searches ask it',
    'segment orphan: another honeycomb holds it, and only searches ask it',
    '2 chunks that other honeycombs sealed: only searches look at them',
  ]);
});
