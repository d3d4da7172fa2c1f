import type { LiveMatches } from '@apiary/common/messages/live.ts';
import { describe, expect, test } from '@jest/globals';
import { moveByMatches, moveByPosition } from './place.ts';

const cursor = { instance: 'h1', epoch: 1, sequence: 10 };

function message(over: Partial<LiveMatches>): LiveMatches {
  return {
    ...{ type: 'matches', query: 'q', instance: 'h1', epoch: 1, records: [], omitted: 0 },
    ...{ previous: 10, sequence: 12, ...over },
  };
}

const position = (over: object) => ({
  ...{ instance: 'h1', epoch: 1, sequence: 10, committed: 15, atMs: 0, ...over },
});

describe('the place of a query in the log', () => {
  test('goes on with the next message', () => {
    const to = { instance: 'h1', epoch: 1, sequence: 12 };
    expect(moveByMatches(cursor, message({}))).toEqual({ kind: 'next', to });
    expect(moveByMatches(cursor, message({ previous: 3 }))).toEqual({ kind: 'next', to });
  });

  test('leaves aside what was judged, and what an earlier honeycomb said', () => {
    expect(moveByMatches(cursor, message({ sequence: 10 }))).toEqual({ kind: 'stale' });
    expect(moveByMatches(cursor, message({ epoch: 0 }))).toEqual({ kind: 'stale' });
    expect(moveByPosition(cursor, position({ committed: 9 }))).toEqual({ kind: 'stale' });
  });

  test('finds what was missed or left out, and fetches up to the message itself', () => {
    const to = { instance: 'h1', epoch: 1, sequence: 12 };
    const gap = { kind: 'gap', after: 10, to };
    expect(moveByMatches(cursor, message({ previous: 11 }))).toEqual(gap);
    expect(moveByMatches(cursor, message({ omitted: 1 }))).toEqual(gap);
  });

  test('finds by a position what no message told', () => {
    expect(moveByPosition(cursor, position({ sequence: 14 }))).toMatchObject({
      kind: 'gap',
      after: 10,
      to: { sequence: 15 },
    });
    expect(moveByPosition(cursor, position({}))).toMatchObject({
      kind: 'next',
      to: { sequence: 15 },
    });
  });

  test('goes over a restart of honeycomb by the numbers, which go on', () => {
    const restarted = position({ instance: 'h2', epoch: 2, sequence: 13, committed: 13 });
    expect(moveByPosition(cursor, restarted)).toMatchObject({
      kind: 'gap',
      after: 10,
      to: { instance: 'h2', epoch: 2, sequence: 13 },
    });
  });

  test('a query without a place begins at its first position, and not before', () => {
    expect(moveByMatches(undefined, message({}))).toEqual({ kind: 'stale' });
    expect(moveByPosition(undefined, position({}))).toMatchObject({ to: { sequence: 15 } });
  });
});
