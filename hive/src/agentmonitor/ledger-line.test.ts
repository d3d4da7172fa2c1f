import { LEDGER_STUCK_MS } from '@apiary/common/limits/ledger.ts';
import type { LedgerReportEntry } from '@apiary/common/messages/ledger.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Line } from './ledger-line.ts';

const NOW = 1_000_000;

function entryOf(over: Partial<LedgerReportEntry> = {}): LedgerReportEntry {
  return {
    generation: '00000000000000aa',
    target: 't',
    file: '/var/log/app.log',
    from: 0,
    seen: 100,
    read: 100,
    confirmed: 100,
    skipped: 0,
    lost: 0,
    quietTo: 0,
    ended: false,
    ...over,
  };
}

function lineOf(over: Partial<LedgerReportEntry>, ranges: readonly [number, number][]): Line {
  const line = new Line(entryOf(over), NOW);
  line.hold({ ranges: ranges.map(([from, to]) => ({ from, to })) }, NOW, 'all');
  return line;
}

describe('a line of the ledger', () => {
  test('says nothing of lag until honeycomb was asked', () => {
    const line = new Line(entryOf(), NOW);
    expect(line.figures).toEqual({ stored: 0, reached: 0, lag: 0, missing: 0 });
    expect(line.isSettled).toBe(false);
  });

  test('what is seen and not stored lags; the stage is the first that has not passed it on', () => {
    expect(lineOf({ confirmed: 60, read: 80 }, [[0, 60]]).figures.lag).toBe(40);
    expect(lineOf({ confirmed: 60, read: 80 }, [[0, 40]]).stage).toBe('storing');
    expect(lineOf({ confirmed: 60, read: 80 }, [[0, 60]]).stage).toBe('confirming');
    expect(lineOf({ confirmed: 60, read: 60 }, [[0, 60]]).stage).toBe('reading');
    expect(lineOf({}, [[0, 100]]).stage).toBeUndefined();
  });

  test('a hole before stored bytes is missing, unless it is no content', () => {
    const ranges: [number, number][] = [
      [0, 30],
      [50, 100],
    ];
    expect(lineOf({}, ranges).figures).toMatchObject({
      stored: 30,
      reached: 100,
      lag: 0,
      missing: 20,
    });
    expect(lineOf({ skipped: 20 }, ranges).figures).toMatchObject({
      stored: 100,
      lag: 0,
      missing: 0,
    });
    expect(lineOf({ skipped: 40 }, [[0, 60]]).figures).toMatchObject({
      stored: 100,
      lag: 0,
      missing: 0,
    });
  });

  test('what lies before the beginning of reading is nobody’s concern', () => {
    expect(lineOf({ from: 40 }, [[40, 100]]).figures).toMatchObject({
      stored: 100,
      lag: 0,
      missing: 0,
    });
    expect(lineOf({ from: 40 }, [[0, 100]]).figures).toMatchObject({
      stored: 100,
      lag: 0,
      missing: 0,
    });
  });

  test('an unfinished line that was there from the beginning does not lag', () => {
    const quiet = { from: 90, confirmed: 90, read: 90, quietTo: 100 };
    expect(lineOf(quiet, []).figures.lag).toBe(0);
    expect(lineOf({ ...quiet, seen: 101 }, []).figures.lag).toBe(11);
  });

  test('is stuck when nothing has moved for long, and moves again with the next stored byte', () => {
    const line = lineOf({}, [[0, 60]]);
    expect(line.dueMs).toBe(NOW + LEDGER_STUCK_MS);
    expect(line.isStuck(NOW + LEDGER_STUCK_MS - 1)).toBe(false);
    expect(line.isStuck(NOW + LEDGER_STUCK_MS)).toBe(true);
    line.hold({ ranges: [{ from: 60, to: 61 }] }, NOW + LEDGER_STUCK_MS, 'added');
    expect(line.isStuck(NOW + LEDGER_STUCK_MS)).toBe(false);
    line.hold({ ranges: [{ from: 61, to: 100 }] }, NOW + LEDGER_STUCK_MS, 'added');
    expect(line.view(NOW).state).toBe('current');
  });

  test('what is stored was seen and confirmed, though the Bee has not told so yet', () => {
    const line = lineOf({ seen: 90, read: 80, confirmed: 70 }, [[0, 120]]);
    expect(line.view(NOW)).toMatchObject({ seen: 120, read: 120, confirmed: 120, stored: 120 });
    const behind = lineOf({ seen: 90, read: 80, confirmed: 70 }, [[0, 60]]);
    expect(behind.view(NOW)).toMatchObject({ seen: 90, read: 80, confirmed: 70, stored: 60 });
  });

  test('a growing file alone is no movement', () => {
    const line = lineOf({}, [[0, 60]]);
    line.report(entryOf({ seen: 200, read: 200, confirmed: 200 }), NOW + LEDGER_STUCK_MS);
    expect(line.isStuck(NOW + LEDGER_STUCK_MS)).toBe(true);
  });

  test('lost bytes are told once, also over a restart of the Bee', () => {
    const line = lineOf({ lost: 7 }, [[0, 100]]);
    expect(line.takeLost()).toBe(7);
    expect(line.takeLost()).toBe(0);
    line.report(entryOf({ lost: 0 }), NOW);
    expect(line.takeLost()).toBe(0);
    line.report(entryOf({ lost: 3 }), NOW);
    expect(line.takeLost()).toBe(3);
    expect(line.view(NOW).state).toBe('gap');
  });

  test('what is held, what waits and what is missing add up to what was seen', () => {
    const cuts = fc.uniqueArray(fc.nat(100), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(cuts, (places) => {
        const sorted = places.sort((a, b) => a - b);
        const ranges: [number, number][] = [];
        for (let i = 0; i + 1 < sorted.length; i += 2) {
          ranges.push([sorted[i] ?? 0, sorted[i + 1] ?? 0]);
        }
        const { stored, reached, lag, missing } = lineOf({}, ranges).figures;
        const held = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
        expect(held + missing + lag).toBe(100);
        expect(reached + lag).toBe(100);
        expect(stored === reached).toBe(missing === 0);
      }),
    );
  });
});
