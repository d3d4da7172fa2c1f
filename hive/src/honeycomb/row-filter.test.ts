import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { messageOf, runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OpenChunk } from './open-chunk.ts';
import { RowView } from './row-view.ts';

const word = fc.constantFrom(
  ...[
    'error',
    'ERROR',
    'err',
    'Kelvin',
    '\u212Aelvin',
    'kelvin',
    'ünï',
    '7',
    '404',
    'a1',
    'failed',
    '',
  ],
);
const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
const query = fc.constantFrom(
  ...['error', 'kelvin', '404', 'err*', '*rro*', '"failed error"', 'error AND NOT failed'],
  ...['error OR 404', 'NOT error', 'ünï', 'a1 AND kelvin', 'k*n', 'host:host-1 AND failed'],
);
const filler = 'x '.repeat(20_000);

describe('searching an open chunk', () => {
  test('finds what looking at each line finds', async () => {
    const runs = fc.array(
      fc.record({ lines: fc.array(line, { minLength: 1, maxLength: 8 }), long: fc.boolean() }),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(runs, query, fc.integer({ min: 0, max: 9 }), async (all, text, cut) => {
        const chunk = new OpenChunk('chunk', { day: '2026-01-10', retentionClass: 'default' });
        for (const [index, { lines, long }] of all.entries()) {
          const stream = streamOf(long ? [...lines, filler] : lines);
          const generation = index.toString(16).padStart(16, '0');
          const middle = Math.min(cut, stream.length - 1);
          for (const [from, to] of [
            [0, middle],
            [middle, stream.length],
          ] as const) {
            if (from === to) continue;
            const run = runOf(stream, from, to, { generation });
            chunk.append({ run, message: messageOf([]), sequence: index + 1 });
          }
        }
        const parsed = parseQuery(text);
        if (!parsed.ok) throw new Error(parsed.error.message);
        const matcher = compileMatcher(parsed.query, { nowMs: 0 });
        const set = chunk.snapshot();
        const view = new RowView(set);
        const expected: number[] = [];
        for (let row = 0; row < set.count; row++) {
          if (set.isVisible(row) && matcher.matches(view.at(row))) expected.push(row);
        }
        const found = await set.select({
          ...{ query: parsed.query, matcher, matcherOptions: { nowMs: 0 } },
          ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
          pace: () => undefined,
        });
        expect([...(await found.rows())]).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});
