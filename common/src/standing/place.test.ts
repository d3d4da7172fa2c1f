import { describe, expect, test } from '@jest/globals';
import { SEQUENCES_PER_OWNER } from '../limits/mongodb.ts';
import type { LiveMatches, StandAnswer } from '../messages/live.ts';
import {
  beginAt,
  caughtUp,
  knownOf,
  moveByMatches,
  moveByPosition,
  moved,
  type Place,
  placeSchema,
  positionsOf,
  withoutPast,
} from './place.ts';

const cursor = { instance: 'h1', epoch: 1, sequence: 10, isOver: false };
const place: Place = { cursors: [cursor], newest: 0, pending: [] };
/** The second stretch begins behind it. */
const SECOND = SEQUENCES_PER_OWNER;

function message(over: Partial<LiveMatches>): LiveMatches {
  return {
    ...{ type: 'matches', query: 'q', instance: 'h1', epoch: 1, records: [], omitted: 0 },
    ...{ previous: 10, sequence: 12, ...over },
  };
}

const position = (over: object) => ({
  ...{ instance: 'h1', epoch: 1, sequence: 10, committed: 15, atMs: 0, isOver: false, ...over },
});

const answer = (over: Partial<StandAnswer>): StandAnswer => ({
  ...{ positions: [], newest: 0, pending: [], isComplete: true, ...over },
});

describe('the place of a query in the log', () => {
  test('goes on with the next message', () => {
    const to = { instance: 'h1', epoch: 1, sequence: 12, isOver: false };
    expect(moveByMatches(place, message({}))).toEqual({ kind: 'next', to });
    expect(moveByMatches(place, message({ previous: 3 }))).toEqual({ kind: 'next', to });
    const part = message({ previous: 10, sequence: 10 });
    expect(moveByMatches(place, part)).toMatchObject({ kind: 'next', to: { sequence: 10 } });
    expect(moved(place, to).cursors).toEqual([to]);
  });

  test('leaves aside what was judged, and what an earlier honeycomb said', () => {
    expect(moveByMatches(place, message({ sequence: 10, previous: 8 }))).toEqual({ kind: 'stale' });
    expect(moveByMatches(place, message({ epoch: 0 }))).toEqual({ kind: 'stale' });
    expect(moveByPosition(place, position({ committed: 9 }))).toEqual({ kind: 'stale' });
  });

  test('finds what was missed or left out, and fetches up to the message itself', () => {
    const to = { instance: 'h1', epoch: 1, sequence: 12, isOver: false };
    const gap = { kind: 'gap', after: 10, to };
    expect(moveByMatches(place, message({ previous: 11 }))).toEqual(gap);
    expect(moveByMatches(place, message({ omitted: 1 }))).toEqual(gap);
  });

  test('finds by a position what no message told', () => {
    expect(moveByPosition(place, position({ sequence: 14 }))).toMatchObject({
      kind: 'gap',
      after: 10,
      to: { sequence: 15 },
    });
    expect(moveByPosition(place, position({}))).toMatchObject({
      kind: 'next',
      to: { sequence: 15 },
    });
  });

  test('goes over a restart of honeycomb by the numbers, which go on', () => {
    const restarted = position({ instance: 'h2', epoch: 2, sequence: 13, committed: 13 });
    expect(moveByPosition(place, restarted)).toMatchObject({
      kind: 'gap',
      after: 10,
      to: { instance: 'h2', epoch: 2, sequence: 13 },
    });
  });

  test('a query without a place begins at its first answer, and not before', () => {
    expect(moveByMatches(undefined, message({}))).toEqual({ kind: 'stale' });
    const { sequence: _, ...told } = position({});
    const over = { ...told, instance: 'h0', isOver: true };
    const positions = [
      { ...told, sequences: [3, 16] },
      { ...over, sequences: [] },
    ];
    expect(beginAt(answer({ positions }), 0).cursors).toEqual([{ ...cursor, sequence: 15 }]);
    // It came while the last commit was being judged.
    expect(beginAt(answer({ positions }), 1).cursors).toEqual([{ ...cursor, sequence: 16 }]);
  });

  test('is one number for each honeycomb, and one that joins later counts from its first commit', () => {
    const first = message({ instance: 'h2', previous: SECOND, sequence: SECOND + 1 });
    const move = moveByMatches(place, first);
    expect(move).toMatchObject({ kind: 'next', to: { sequence: SECOND + 1 } });
    const both = move.kind === 'next' ? moved(place, move.to) : place;
    expect(moveByMatches(both, message({}))).toMatchObject({ kind: 'next', to: { sequence: 12 } });
    expect(both.cursors).toHaveLength(2);
    const later = message({ instance: 'h2', previous: SECOND + 5, sequence: SECOND + 7 });
    expect(moveByMatches(both, later)).toMatchObject({ kind: 'gap', after: SECOND + 1 });
    expect(moveByMatches(place, later)).toMatchObject({ kind: 'gap', after: SECOND });
  });

  test('a stretch from before is none of ours, one that did not answer counts from what is heard', () => {
    const old = { ...place, newest: 1 };
    const second = message({ instance: 'h2', previous: SECOND + 5, sequence: SECOND + 7 });
    expect(moveByMatches(old, second)).toEqual({ kind: 'stale' });
    expect(moveByMatches({ ...old, pending: [1] }, second)).toMatchObject({ kind: 'next' });
    const told = position({ instance: 'h2', sequence: SECOND + 5, committed: SECOND + 9 });
    expect(moveByPosition({ ...old, pending: [1] }, told)).toMatchObject({ kind: 'next' });
  });

  test('one that is over is judged to its end and forgotten, the newest one excepted', () => {
    const over = position({ instance: 'h2', epoch: 7, committed: 14, isOver: true, sequence: 14 });
    const move = moveByPosition(place, over);
    expect(move).toMatchObject({ kind: 'gap', after: 10, to: { sequence: 14, isOver: true } });
    const after = move.kind === 'gap' ? moved(place, move.to) : place;
    expect(withoutPast(after, () => false).cursors).toHaveLength(1);
    expect(withoutPast(caughtUp(after, answer({ newest: 2 })), () => false).cursors).toEqual([]);
    expect(withoutPast(caughtUp(after, answer({ newest: 2 })), () => true).cursors).toHaveLength(1);
    const partial = caughtUp(after, answer({ newest: 2, isComplete: false }));
    expect(withoutPast(partial, () => false).cursors).toHaveLength(1);
  });

  test('tells what it follows, and since when', () => {
    const other = { ...cursor, sequence: SECOND + 1 };
    const ended = { ...cursor, sequence: 3 * SECOND, isOver: true };
    const further = { cursors: [cursor, other, ended], newest: 3, pending: [] };
    expect(knownOf([])).toBeUndefined();
    expect(knownOf([further, place])).toEqual({ stretches: [0, 1], newest: 0 });
  });

  test('of an answer for many queries each takes its own, and of what is over the end', () => {
    const told = { instance: 'h1', epoch: 1, committed: 15, atMs: 0 };
    const positions = [
      { ...told, isOver: false, sequences: [3, 4] },
      { ...told, isOver: true, sequences: [] },
    ];
    const sequences = positionsOf(answer({ positions }), 1).map(({ sequence }) => sequence);
    expect(sequences).toEqual([4, 15]);
  });

  test('a place that was stored when there was one honeycomb is read', () => {
    const { isOver: _, ...old } = cursor;
    expect(placeSchema.parse(old)).toEqual(place);
    expect(placeSchema.parse(place)).toEqual(place);
  });
});
