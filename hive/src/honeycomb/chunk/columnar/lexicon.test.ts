/** Columns of words as numbers: every byte comes back, and queries find in them what they find line by line. */
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RowView, recordOf } from '../../records/row-view.ts';
import { batchOfStreams, openEncoded } from '../../testing/batches.ts';
import { BatchSet } from '../batch-set.ts';
import type { ChunkReader } from '../chunk-format.ts';
import type { RowBatch } from '../row-batch.ts';
import { isSameBatch } from '../same-rows.ts';
import { columnar } from './columnar.ts';
import { ColumnarEncoder } from './encode.ts';

const pace = () => undefined;

function selectionOf(text: string) {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const { query } = parsed;
  return {
    ...{ query, matcher: compileMatcher(query), matcherOptions: {}, pace },
    ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
  };
}

function batchOf(texts: readonly string[]): RowBatch {
  return batchOfStreams([{ rows: texts.map((text) => Buffer.from(`${text}\n`)) }]);
}

function encodedWith(batch: RowBatch, frameValues: number) {
  const encoded = new ColumnarEncoder({ lexicon: { valuesMin: 1, frameValues } }).encode(batch, 1);
  if (!encoded) throw new Error('not encoded');
  return encoded;
}

function opened(batch: RowBatch, frameValues: number, onRead?: (section: string) => void) {
  return openEncoded(batch, encodedWith(batch, frameValues), columnar.name, onRead);
}

/** Rows that match, looked at one by one. */
function naiveRows(set: BatchSet, text: string): Uint32Array {
  const { matcher } = selectionOf(text);
  const view = new RowView(set);
  const rows: number[] = [];
  for (let row = 0; row < set.count; row++) if (matcher.matches(view.at(row))) rows.push(row);
  return Uint32Array.from(rows);
}

async function expectSame(reader: ChunkReader, batch: RowBatch, text: string): Promise<void> {
  const set = new BatchSet(batch);
  const found = await reader.select(selectionOf(text));
  const rows = naiveRows(set, text);
  expect({ text, rows: await found.rows() }).toEqual({ text, rows });
  const loaded = await found.load(rows);
  for (const row of rows) expect(recordOf(loaded, row)).toEqual(recordOf(set, row));
}

const NAMES = [
  'Payer',
  'prepaid',
  'ROOT',
  'kamino',
  'ünïts',
  'Σίγας',
  'Kelvin',
  'x',
  'ſharp',
  'pay_',
];

/** Another word for each number, of letters past `f`. */
function wordOf(index: number): string {
  let text = '';
  for (let left = index + 17; left > 0; left = Math.floor(left / 20)) {
    text += 'ghijklmnopqrstuvwxyz'[left % 20];
  }
  return text;
}

describe('a lexicon', () => {
  test('has what columns say, of any words, in frames of any length', async () => {
    const word = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...NAMES) },
      { weight: 1, arbitrary: fc.stringMatching(/^[a-z_]{1,20}$/) },
    );
    const table = fc.array(fc.tuple(word, word, word), { minLength: 20, maxLength: 120 });
    const query = fc.constantFrom(
      ...['pay*', '*pay*', '*amin*', 'root', 'ünïts', 'σίγας', 'kelvin', 's?arp', 'NOT root'],
      ...['"from root"', '"of payer from prepaid"', '*ï*', 'pay_', '/.*(am|oo).*done/', 'x'],
    );
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 70 }), query, async (rows, size, text) => {
        const texts = rows.map(
          ([one, two, three], at) => `job ${at} of ${one} from ${two}: ${three} done`,
        );
        // Many words at one place make it a variable.
        const odd = Array.from({ length: 40 }, (_, at) => {
          const other = String.fromCharCode(103 + (at % 20), 103 + (at >> 1), 110);
          return `job ${at} of ${other} from ${other}: ${other} done`;
        });
        const batch = batchOf([...odd, ...odd, ...texts]);
        const reader = opened(batch, size);
        expect(isSameBatch(await reader.decode(pace), batch)).toBe(true);
        await expectSame(opened(batch, size), batch, text);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['one plane', 200],
    ['two planes', 3_000],
    ['two planes and a bit', 70_000],
    ['two planes and two bits', 140_000],
  ])('numbers words with %s', async (_, words) => {
    const texts = Array.from({ length: 3 * words }, (_, row) => `user ${wordOf(row % words)} came`);
    const batch = batchOf(texts);
    const encoded = encodedWith(batch, 50_000);
    expect(encoded.sections.map(({ name }) => name)).toContain('lexicon');
    const reader = openEncoded(batch, encoded, columnar.name);
    expect(isSameBatch(await reader.decode(pace), batch)).toBe(true);
    for (const index of [0, 1, words >> 1, words - 1]) {
      const found = await reader.select(selectionOf(wordOf(index)));
      expect(await found.rows()).toEqual(Uint32Array.of(index, words + index, 2 * words + index));
    }
    const last = await (await reader.select(selectionOf('*'))).load(
      Uint32Array.of(batch.count - 1),
    );
    expect(last.body(batch.count - 1).toString()).toBe(`user ${wordOf(words - 1)} came`);
  });

  test('is all that is read for a part of a word that none has', async () => {
    const texts = Array.from({ length: 4_000 }, (_, row) => `user ${wordOf(row % 400)} logged in`);
    const batch = batchOf(texts);
    const read: string[] = [];
    const fresh = () => opened(batch, 1_000, (section) => read.push(section));
    const where = () => ({
      lexicon: read.includes('lexicon'),
      values: read.some((name) => name.startsWith('values-')),
    });
    expect((await fresh().select(selectionOf('*gzz*'))).count).toBe(0);
    expect(where()).toEqual({ lexicon: true, values: false });
    expect((await fresh().select(selectionOf('*zz*'))).count).toBeGreaterThan(0);
    expect(where()).toEqual({ lexicon: true, values: true });
  });

  test('does not take words that come once', () => {
    const texts = Array.from({ length: 2_000 }, (_, row) => `user ${row.toString(36)}zy came`);
    const names = encodedWith(batchOf(texts), 1_000).sections.map(({ name }) => name);
    expect(names).not.toContain('lexicon');
  });

  test('that is of other rows is told of', async () => {
    const batch = batchOf(Array.from({ length: 400 }, (_, row) => `user ${wordOf(row % 90)} came`));
    const shorter = batchOf(
      Array.from({ length: 400 }, (_, row) => `user ${wordOf(row % 50)} came`),
    );
    const encoded = encodedWith(batch, 100);
    const foreign = encodedWith(shorter, 100).sections.find(({ name }) => name === 'lexicon');
    expect(foreign).toBeDefined();
    const sections = encoded.sections.map((section) =>
      section.name === 'lexicon' ? (foreign ?? section) : section,
    );
    const reader = openEncoded(batch, { sections }, columnar.name);
    await expect(reader.decode(pace)).rejects.toMatchObject({ code: 'store-corrupt' });
  });
});
