/** Chunks of former versions of the format are read as what they were written from. */
import { readFileSync } from 'node:fs';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { expect, test } from '@jest/globals';
import { recordOf } from '../../row-view.ts';
import { openEncoded } from '../../testing/batches.ts';
import { BatchSet } from '../batch-set.ts';
import { verifyDecoded } from '../verify.ts';
import { columnar } from './columnar.ts';
import { ColumnarEncoder } from './encode.ts';
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
  verifyDecoded(await reader.decode(pace), batch);
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
