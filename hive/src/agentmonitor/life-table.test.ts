import { HEARTBEAT_INTERVAL_MS } from '@apiary/common/limits.ts';
import { describe, expect, test } from '@jest/globals';
import { LifeTable, SILENCE_MS_MAX } from './life-table.ts';

const START = 1_750_000_000_000;
const HOUR = 3_600_000;

/** Hears heartbeats at `[arrivedMs, sentMs, sequence]`, relative to START. */
function hearAll(table: LifeTable, beats: readonly (readonly [number, number, number])[]) {
  return beats.map(([arrived, sent, sequence]) =>
    table.hear('a', { sentMs: START + sent, sequence }, START + arrived),
  );
}

describe('life table', () => {
  test('the first heartbeat revives, the next ones keep alive', () => {
    const table = new LifeTable();
    expect(
      hearAll(table, [
        [5, 0, 1],
        [2005, 2000, 2],
      ]),
    ).toEqual(['revived', 'alive']);
    expect(table.get('a')).toEqual({
      id: 'a',
      state: 'alive',
      sinceMs: START + 5,
      heardMs: START + 2005,
    });
  });

  test('silence kills at exactly the bound, oldest first, and only those', () => {
    const table = new LifeTable();
    table.hear('a', { sentMs: START, sequence: 1 }, START);
    table.hear('b', { sentMs: START, sequence: 1 }, START);
    table.hear('c', { sentMs: START + 1, sequence: 1 }, START + 1);
    table.hear('a', { sentMs: START + 2, sequence: 2 }, START + 2);
    expect(table.nextDueMs).toBe(START + SILENCE_MS_MAX);
    expect(table.expire(START + SILENCE_MS_MAX - 1)).toEqual([]);
    expect(table.expire(START + SILENCE_MS_MAX + 1)).toEqual(['b', 'c']);
    expect(table.get('b')).toMatchObject({ state: 'dead', heardMs: START });
    expect(table.expire(START + SILENCE_MS_MAX + 2)).toEqual(['a']);
    expect(table.nextDueMs).toBeUndefined();
  });

  test('a redelivery of the last heartbeat does not count, however often it comes', () => {
    const table = new LifeTable();
    const beats = [
      [0, 0, 1],
      [1000, 0, 1],
      [3000, 0, 1],
      [5000, 0, 1],
    ] as const;
    expect(hearAll(table, beats)).toEqual(['revived', 'ignored', 'ignored', 'ignored']);
    expect(table.expire(START + SILENCE_MS_MAX)).toEqual(['a']);
    expect(hearAll(table, [[9000, 0, 1]])).toEqual(['ignored']);
  });

  test('heartbeats that waited in the queue for an hour revive nobody', () => {
    const table = new LifeTable();
    const backlog = Array.from({ length: 50 }, (_, n) => {
      return [n, n * HEARTBEAT_INTERVAL_MS - HOUR, n] as const;
    });
    expect(new Set(hearAll(table, backlog))).toEqual(new Set(['ignored']));
    expect(table.get('a')?.state).toBe('dead');
    expect(hearAll(table, [[2000, 2000, 1800]])).toEqual(['revived']);
  });

  test.each([[-HOUR], [HOUR]])(
    'a host whose clock is off by %d ms counts from its second beat',
    (off) => {
      const table = new LifeTable();
      const beats = [
        [0, off, 1],
        [2010, off + 2000, 2],
        [3990, off + 4000, 3],
      ] as const;
      expect(hearAll(table, beats)).toEqual(['ignored', 'revived', 'alive']);
    },
  );

  test('a clock that is set back while the Bee lives costs at most one heartbeat', () => {
    const table = new LifeTable();
    const beats = [
      [0, 0, 1],
      [2000, 2000 - HOUR, 2],
      [4000, 4000 - HOUR, 3],
    ] as const;
    expect(hearAll(table, beats)).toEqual(['revived', 'ignored', 'alive']);
  });

  test('a Bee that starts anew with its clock set back counts from its second beat', () => {
    const table = new LifeTable();
    const beats = [
      [0, 0, 500],
      [2000, -HOUR, 1],
      [4000, 2000 - HOUR, 2],
    ] as const;
    expect(hearAll(table, beats)).toEqual(['revived', 'ignored', 'alive']);
  });

  test('after a restart who was alive has the full time again, who was dead stays dead', () => {
    const table = new LifeTable();
    const before = { sinceMs: START - HOUR, heardMs: START - HOUR };
    table.restore({ id: 'a', state: 'alive', ...before }, START);
    table.restore({ id: 'b', state: 'dead', ...before }, START);
    expect(table.expire(START + SILENCE_MS_MAX - 1)).toEqual([]);
    expect(table.expire(START + SILENCE_MS_MAX)).toEqual(['a']);
    expect(table.get('a')).toEqual({
      id: 'a',
      state: 'dead',
      sinceMs: START + SILENCE_MS_MAX,
      heardMs: START - HOUR,
    });
  });

  test('silence of our own making is forgiven and changes nothing that is shown', () => {
    const table = new LifeTable();
    hearAll(table, [[0, 0, 1]]);
    table.forgive(START + HOUR);
    expect(table.expire(START + HOUR + SILENCE_MS_MAX - 1)).toEqual([]);
    expect(table.get('a')?.heardMs).toBe(START);
    expect(table.expire(START + HOUR + SILENCE_MS_MAX)).toEqual(['a']);
  });
});
