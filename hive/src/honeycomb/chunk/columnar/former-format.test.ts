/** Chunks of former versions of the format are read as what they were written from. */
import { readFileSync } from 'node:fs';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { expect, test } from '@jest/globals';
import { recordOf } from '../../records/row-view.ts';
import { batchOfStreams, openEncoded } from '../../testing/batches.ts';
import { BatchSet } from '../batch-set.ts';
import type { RowBatch } from '../row-batch.ts';
import { isSameBatch } from '../same-rows.ts';
import { columnar } from './columnar.ts';
import { ColumnarEncoder } from './encode.ts';
import { packSection, sealSection, unpackSection } from './sections.ts';
import { formerBatch } from './testing/former-batch.ts';

interface Written {
  readonly sections: readonly { readonly name: string; readonly base64: string }[];
}

const FORMER = ['columnar@4', 'columnar@5', 'columnar@6', 'columnar@7'] as const;

function written(format: (typeof FORMER)[number]) {
  const path = new URL(`./testing/${format.replace('@', '-')}.json`, import.meta.url);
  // Written by the encoder of that time.
  const { sections } = JSON.parse(readFileSync(path, 'utf8')) as Written;
  return sections.map(({ name, base64 }) => ({ name, bytes: Buffer.from(base64, 'base64') }));
}

const pace = () => undefined;

test.each(FORMER)('every byte of a chunk of %s', async (format) => {
  const batch = formerBatch();
  const reader = openEncoded(batch, { sections: written(format) }, format);
  expect(isSameBatch(await reader.decode(pace), batch)).toBe(true);
});

test.each(FORMER)('words, hosts, levels and pages of a chunk of %s', async (format) => {
  const batch = formerBatch();
  const set = new BatchSet(batch);
  const rewritten = new ColumnarEncoder({ idsRows: 16 }).encode(batch, 1) ?? { sections: [] };
  const encoded = { former: { sections: written(format) }, now: rewritten };
  const select = async (text: string, age: keyof typeof encoded) => {
    const parsed = parseQuery(text);
    if (!parsed.ok) throw new Error(parsed.error.message);
    const name = age === 'now' ? columnar.name : format;
    return await openEncoded(batch, encoded[age], name).select({
      ...{ query: parsed.query, matcher: compileMatcher(parsed.query), matcherOptions: {}, pace },
      ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
    });
  };
  const texts = [
    'took',
    'took AND c',
    'moved AND 0013',
    'level:error',
    'odd AND 7',
    'host:b',
    '/.*n(x9)+ on.*/',
  ];
  for (const text of texts) {
    const [former, now] = [await select(text, 'former'), await select(text, 'now')];
    expect({ text, isFound: former.count > 0 }).toEqual({ text, isFound: true });
    expect(await former.hosts(new Set())).toEqual(await now.hosts(new Set()));
    const rows = await former.rows();
    expect(rows).toEqual(await now.rows());
    const loaded = await former.load(rows);
    for (const row of rows) expect(recordOf(loaded, row)).toEqual(recordOf(set, row));
  }
});

/** Rows of 256 words, each at random, then `same` rows of one of them: their numbers hardly compress. */
function wordRows(same: number): RowBatch {
  let seed = 1;
  const words = Array.from({ length: 420 }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 24;
  });
  const numbers = [...words, ...Array.from({ length: same }, () => 0)];
  return batchOfStreams([{ rows: numbers.map((number) => Buffer.from(`said wort${number}\n`)) }]);
}

/** As `columnar@7` has them: numbers are compressed, and the head does not say how many bits they have. */
function compressedNumbers(batch: RowBatch) {
  const lexicon = { valuesMin: 1, frameValues: 1000 };
  const sections = new ColumnarEncoder({ lexicon }).encode(batch, 1)?.sections ?? [];
  const at = sections.findLastIndex(({ name }) => name.startsWith('values-'));
  const plain = sections[at]?.bytes ?? Buffer.alloc(0);
  const planes = plain.subarray(0, -4);
  const compressed = packSection(planes, 1);
  const head = unpackSection(sections[0]?.bytes ?? Buffer.alloc(0));
  const length = head.readUInt32LE(0);
  const json = head.toString('utf8', 4, 4 + length);
  const former = Buffer.from(json.replace(',"highBits":0', ''));
  expect(former.length).toBeLessThan(length);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(former.length);
  const formerHead = packSection(Buffer.concat([size, former, head.subarray(4 + length)]), 1);
  const bytes = new Map([
    [0, formerHead],
    [at, compressed],
  ]);
  return {
    isAsLong: compressed.length === sealSection(planes).length,
    sections: sections.map((each, index) => ({ ...each, bytes: bytes.get(index) ?? each.bytes })),
  };
}

test('numbers of columnar@7 that are as long compressed as they are', async () => {
  for (let same = 0; same < 60; same++) {
    const batch = wordRows(same);
    const { isAsLong, sections } = compressedNumbers(batch);
    if (!isAsLong) continue;
    expect(
      isSameBatch(await openEncoded(batch, { sections }, 'columnar@7').decode(pace), batch),
    ).toBe(true);
    return;
  }
  throw new Error('none are as long');
});
