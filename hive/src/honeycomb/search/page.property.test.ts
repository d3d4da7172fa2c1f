import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RecordSet, TimedRun } from '../records/record-set.ts';
import { Page } from './page.ts';
import { type Order, parseCursor } from './position.ts';

interface Row {
  readonly time: number;
  readonly generation: string;
  readonly offset: number;
}

/** A set of rows in the order given; only what a page asks for. */
function setOf(rows: readonly Row[]): RecordSet {
  const at = (row: number) => rows[row] ?? { time: 0, generation: '', offset: 0 };
  return {
    count: rows.length,
    isVisible: () => true,
    time: (row) => at(row).time,
    level: () => undefined,
    source: (row) => ({
      ...{ agent: 'a', host: 'h', target: 't', file: 'f', tags: [], history: false },
      generation: at(row).generation,
    }),
    offset: (row) => at(row).offset,
    sourceLength: () => 1,
    sequence: () => 1,
    observed: () => 0,
    body: () => Buffer.from('a body'),
    timestampLength: () => 0,
  };
}

/** A set's rows in runs of so many, each with bounds of its times. */
function runsOf(set: RecordSet, length: number): TimedRun[] {
  return Array.from({ length: Math.ceil(set.count / length) }, (_, run) => {
    const rows = Array.from(
      { length: Math.min(length, set.count - run * length) },
      (_, index) => run * length + index,
    );
    const times = rows.map((row) => set.time(row));
    const bounds = { least: Math.min(...times), most: Math.max(...times) };
    return { ...bounds, rows: () => Uint32Array.from(rows), times: () => set };
  });
}

/** One page over several sets, as a search goes about it. */
function pageOf(
  sets: readonly (readonly Row[])[],
  { order, limit, runLength = 1_000 }: { order: Order; limit: number; runLength?: number },
  cursor?: string,
) {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  const page = new Page({ order, limit, after });
  const times = (rows: readonly Row[]) => rows.map(({ time }) => time);
  const first = (rows: readonly Row[]) =>
    order === 'newest' ? -Math.max(...times(rows)) : Math.min(...times(rows));
  const sources = sets.filter((rows) => rows.length > 0).sort((a, b) => first(a) - first(b));
  const found: string[] = [];
  for (const [index, rows] of sources.entries()) {
    const set = setOf(rows);
    const [minTime, maxTime] = [Math.min(...times(rows)), Math.max(...times(rows))];
    if (page.passes({ minTime, maxTime })) continue;
    const candidates = page.candidates(runsOf(set, runLength));
    page.add(set, candidates);
    const next = sources[index + 1];
    const bound = next && Math.abs(first(next));
    found.push(...page.take(bound).map(({ id }) => id));
  }
  found.push(...page.take(undefined).map(({ id }) => id));
  return { found, next: page.next };
}

describe('pages', () => {
  test('follow one another without gaps or repetition, whatever share a time, in any sets', () => {
    const row = fc.record({
      // Few times, so that many rows share one.
      time: fc.integer({ min: 1, max: 6 }),
      generation: fc.constantFrom('00000000000000aa', '00000000000000bb'),
    });
    const sets = fc.array(fc.array(row, { maxLength: 40 }), { minLength: 1, maxLength: 4 });
    const order = fc.constantFrom<Order>('newest', 'oldest');
    const most = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(sets, order, most, most, (shapes, direction, limit, runLength) => {
        let offset = 0;
        const all = shapes.map((rows) => rows.map((one) => ({ ...one, offset: offset++ })));
        const whole = pageOf(all, { order: direction, limit: 1_000 }).found;
        const paged: string[] = [];
        let cursor: string | undefined;
        do {
          const { found, next } = pageOf(all, { order: direction, limit, runLength }, cursor);
          expect(found.length).toBeLessThanOrEqual(limit);
          expect(next === undefined || found.length > 0).toBe(true);
          paged.push(...found);
          cursor = next;
        } while (cursor !== undefined);
        expect(whole).toHaveLength(offset);
        expect(paged).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});
