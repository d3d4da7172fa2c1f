import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { messageOf, runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OpenChunk } from '../open-chunk/open-chunk.ts';
import type { OpenChunkView } from '../open-chunk/open-chunk-view.ts';
import type { CommittedRun } from '../open-chunk/open-runs.ts';
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
const stamp = fc.constantFrom(
  '',
  '',
  '2026-01-10 00:00:00 ',
  'Jan 10 00:00:02 ',
  '[2026-01-10T00:00:00Z] ',
);
const line = fc
  .tuple(stamp, fc.array(word, { maxLength: 6 }))
  .map(([head, words]) => head + words.join(' '));
const query = fc.constantFrom(
  ...['error', 'kelvin', '404', 'err*', '*rro*', '"failed error"', 'error AND NOT failed'],
  ...['error OR 404', 'NOT error', 'ünï', 'a1 AND kelvin', 'k*n', 'host:host-1 AND failed'],
  ...['/err.r/', '/.*fail.*4.*/', '/err|404$/', '/^a1/', '2026', 'jan', '"00 error"', '"a1 404"~2'],
  ...['NOT (error OR failed)', 'level:error', '*:*', 'eror~1', 'k* OR /7$/', '[7 TO 500]', '0?'],
  ...['(error OR 2026) AND NOT /00:0/', 'status:404 OR err', 'time:>2026-01-01 AND error'],
);
const filler = 'x '.repeat(20_000);

describe('searching an open chunk', () => {
  const runs = fc.array(
    fc.record({ lines: fc.array(line, { minLength: 1, maxLength: 8 }), long: fc.boolean() }),
    { minLength: 1, maxLength: 5 },
  );

  test('finds what looking at each line finds', async () => {
    await fc.assert(
      fc.asyncProperty(runs, query, fc.integer({ min: 0, max: 9 }), async (all, text, cut) => {
        const chunk = newChunk();
        for (const run of piecesOf(all, cut)) chunk.append(run);
        await expectSame(chunk.snapshot(), text);
      }),
      { numRuns: 400 },
    );
  });

  test('finds the same where it was asked before lines came and grew, and where few rows are wanted', async () => {
    const since = fc.constantFrom(undefined, Date.UTC(2026, 0, 10, 0, 0, 1));
    const cuts = fc.integer({ min: 0, max: 9 });
    await fc.assert(
      fc.asyncProperty(runs, query, cuts, since, async (all, text, cut, from) => {
        const chunk = newChunk();
        const views: OpenChunkView[] = [];
        for (const run of piecesOf(all, cut)) {
          chunk.append(run);
          views.push(chunk.snapshot());
          await expectSame(chunk.snapshot(), text);
          await expectSame(chunk.snapshot(), text, from);
        }
        for (const view of views) await expectSame(view, text, from);
      }),
      { numRuns: 200 },
    );
  });
});

function newChunk(): OpenChunk {
  return new OpenChunk('chunk', { day: '2026-01-10', retentionClass: 'default' });
}

/** Each stream in two runs. */
function* piecesOf(
  all: readonly { readonly lines: readonly string[]; readonly long: boolean }[],
  cut: number,
): Generator<CommittedRun> {
  for (const [index, { lines, long }] of all.entries()) {
    const stream = streamOf(long ? [...lines, filler] : [...lines]);
    const generation = index.toString(16).padStart(16, '0');
    const middle = Math.min(cut, stream.length - 1);
    for (const [from, to] of [
      [0, middle],
      [middle, stream.length],
    ] as const) {
      if (from === to) continue;
      const run = runOf(stream, from, to, { generation });
      yield { run, message: messageOf([]), sequence: index + 1 };
    }
  }
}

async function expectSame(
  set: OpenChunkView,
  text: string,
  from = Number.NEGATIVE_INFINITY,
): Promise<void> {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const matcher = compileMatcher(parsed.query, { nowMs: 0 });
  const view = new RowView(set);
  const expected: number[] = [];
  for (let row = 0; row < set.count; row++) {
    if (set.time(row) < from || !set.isVisible(row)) continue;
    if (matcher.matches(view.at(row))) expected.push(row);
  }
  const found = await set.select({
    ...{ query: parsed.query, matcher, matcherOptions: { nowMs: 0 } },
    ...{ from, to: Number.POSITIVE_INFINITY },
    pace: () => undefined,
  });
  expect([...(await found.rows())]).toEqual(expected);
}
