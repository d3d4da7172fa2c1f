import { CLUSTER_SHARE_FACTOR_MAX } from '@apiary/common/limits/mongodb.ts';
import { expect, test } from '@jest/globals';
import { newChunkId } from '../holdings/holdings.ts';
import { shareOut } from './share-out.ts';

const CHUNKS = Array.from({ length: 3_000 }, () => ({ id: newChunkId() }));

function ownersOf(instances: readonly string[]): Map<string, string> {
  const shares = [...shareOut(CHUNKS, instances)];
  return new Map(shares.flatMap(([instance, ids]) => ids.map((id) => [id, instance] as const)));
}

test('each chunk has one reader, whoever asks, and nobody has many more than others', () => {
  const owners = ownersOf(['a', 'b', 'c']);
  expect(owners.size).toBe(CHUNKS.length);
  expect(ownersOf(['c', 'a', 'b'])).toEqual(owners);
  for (const ids of shareOut(CHUNKS, ['a', 'b', 'c']).values()) {
    expect(ids.length).toBeLessThanOrEqual(Math.ceil(1_000 * CLUSTER_SHARE_FACTOR_MAX));
    expect(ids.length).toBeGreaterThan(800);
  }
});

test('few chunks are not all with one', () => {
  for (const ids of shareOut(CHUNKS.slice(0, 4), ['a', 'b']).values()) {
    expect(ids.length).toBeLessThanOrEqual(3);
  }
});

test('when one leaves, the others keep what they had', () => {
  const before = ownersOf(['a', 'b', 'c']);
  const after = ownersOf(['a', 'b']);
  const moved = CHUNKS.filter(
    ({ id }) => before.get(id) !== 'c' && before.get(id) !== after.get(id),
  );
  expect(moved.length).toBeLessThan(CHUNKS.length / 10);
});
