/** Counts by level and time are those of a loop that looks at row after row. */
import { LEVELS } from '@apiary/common/record.ts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RowSource } from '../../records/record-set.ts';
import type { Stretch } from '../row-batch.ts';
import { type CountedRows, countByTime } from './count-by-time.ts';
import { ALL, NONE, SOME } from './judge/judge.ts';
import { LEVEL_VARIES } from './slot-table.ts';
import { encodeTimes } from './time-column.ts';

const BASE = 1_768_000_000_000;
const CODES = LEVELS.length + 1;

interface Drawn {
  /** Of each stretch: for each row its template, and how far from BASE it is. */
  readonly stretches: readonly (readonly (readonly [template: number, offset: number])[])[];
  /** By template: its state, its level, and what its rows are in turn. */
  readonly templates: readonly {
    readonly state: number;
    readonly level: number;
    readonly flags: readonly boolean[];
    readonly levels: readonly number[];
  }[];
}

const offset = fc.oneof(
  fc.integer({ min: -100, max: 100 }).map((seconds) => seconds * 1000),
  fc.integer({ min: -100_000, max: 100_000 }),
  fc.integer({ min: -(2 ** 39), max: 2 ** 39 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
);
const level = fc.integer({ min: 0, max: LEVELS.length });
const drawn: fc.Arbitrary<Drawn> = fc.integer({ min: 1, max: 4 }).chain((count) => {
  const row = fc.tuple(fc.integer({ min: 0, max: count - 1 }), offset);
  const template = fc.record({
    state: fc.constantFrom(NONE, ALL, SOME),
    level: fc.oneof(level, fc.constant(LEVEL_VARIES)),
    flags: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
    levels: fc.array(level, { minLength: 1, maxLength: 7 }),
  });
  return fc.record({
    stretches: fc.array(fc.array(row, { minLength: 1, maxLength: 40 }), {
      minLength: 1,
      maxLength: 6,
    }),
    templates: fc.array(template, { minLength: count, maxLength: count }),
  });
});

function inTurn<T>(values: readonly T[], index: number): T | undefined {
  return values[index % values.length];
}

/** The chunk's columns, and by row its time, and its level's code or undefined where it does not match. */
function columnsOf({ stretches, templates }: Drawn, range: CountedRows['found']['range']) {
  const flat = stretches.flat();
  const rows = templates.map((_, id) => flat.filter(([own]) => own === id).length);
  const source: RowSource = {
    ...{ agent: 'a', host: 'h', target: 't', file: 'f', tags: [], generation: 'g', history: false },
  };
  let at = 0;
  const placed = stretches.map((own): Stretch => {
    const from = at;
    at += own.length;
    return { source, sequence: 1, observed: 0, mapped: false, offset: 0, from, to: at };
  });
  const partial = new Map<number, Uint8Array>();
  const varying: number[] = [];
  for (const [id, { state, level: own, flags, levels }] of templates.entries()) {
    const indexes = Array.from({ length: rows[id] ?? 0 }, (_, index) => index);
    if (state === SOME) {
      partial.set(
        id,
        Uint8Array.from(indexes, (index) => (inTurn(flags, index) ? 1 : 0)),
      );
    }
    if (own === LEVEL_VARIES) varying.push(...indexes.map((index) => inTurn(levels, index) ?? 0));
  }
  const times = Float64Array.from(flat, ([, own]) => BASE + own);
  const counted: CountedRows = {
    found: { states: Uint8Array.from(templates, ({ state }) => state), partial, range },
    template: Uint16Array.from(flat, ([id]) => id),
    stretches: placed,
    facts: {
      level: Uint8Array.from(templates, (template) => template.level),
      rows: Uint32Array.from(rows),
    },
    varying: Uint8Array.from(varying),
    times: encodeTimes(times, placed),
  };
  const next = templates.map(() => 0);
  const codes = flat.map(([id]) => {
    const index = next[id] ?? 0;
    next[id] = index + 1;
    const template = templates[id];
    if (!template || template.state === NONE) return undefined;
    if (template.state === SOME && !inTurn(template.flags, index)) return undefined;
    return template.level === LEVEL_VARIES ? inTurn(template.levels, index) : template.level;
  });
  return { counted, times, codes };
}

test('counts of any rows', () => {
  const wide = fc.record({
    origin: fc.integer({ min: -100_000, max: 100_000 }),
    step: fc.integer({ min: 1, max: 50_000 }),
    buckets: fc.integer({ min: 1, max: 40 }),
  });
  const range = fc.option(fc.tuple(offset, offset), { nil: undefined });
  fc.assert(
    fc.property(drawn, wide, range, (rows, { origin, step, buckets }, bounds) => {
      const within = bounds && { from: BASE + bounds[0], to: BASE + bounds[1] };
      const { counted, times, codes } = columnsOf(rows, within);
      const span = { from: BASE + origin, step, buckets };
      const expected = new Uint32Array(CODES * buckets);
      for (const [row, code] of codes.entries()) {
        const time = times[row] ?? 0;
        if (code === undefined || (within && (time < within.from || time >= within.to))) continue;
        const bucket = Math.floor((time - span.from) / step);
        const place = code * buckets + Math.min(Math.max(bucket, 0), buckets - 1);
        expected[place] = (expected[place] ?? 0) + 1;
      }
      expect(countByTime(counted, span)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test('times that are not whole, or more than there are rows', () => {
  const rows = Array.from({ length: 30 }, (_, row) => [0, row * 977] as const);
  const template = { state: ALL, level: 1, flags: [true], levels: [1] };
  const { counted } = columnsOf({ stretches: [rows, rows], templates: [template] }, undefined);
  const span = { from: BASE, step: 1000, buckets: 10 };
  const { times } = counted;
  for (const length of [0, 1, 8, 9, 20, times.length - 1]) {
    const cut = { ...counted, times: times.subarray(0, length) };
    expect(() => countByTime(cut, span)).toThrow(
      expect.objectContaining({ code: 'store-corrupt' }),
    );
  }
  const longer = { ...counted, times: Buffer.concat([times, Buffer.alloc(1)]) };
  expect(() => countByTime(longer, span)).toThrow(
    expect.objectContaining({ code: 'store-corrupt' }),
  );
});

test('a template with more rows than it says', () => {
  const rows = Array.from({ length: 30 }, (_, row) => [0, row * 977] as const);
  const template = { state: SOME, level: 1, flags: [true], levels: [1] };
  const { counted } = columnsOf({ stretches: [rows], templates: [template] }, undefined);
  const facts = { ...counted.facts, rows: Uint32Array.of(5) };
  const counts = countByTime({ ...counted, facts }, { from: BASE, step: 1000, buckets: 10 });
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
});
