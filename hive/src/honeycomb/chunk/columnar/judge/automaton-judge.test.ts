/** Lines that a regular expression matches, found in columns of any kind, are those that RegExp finds line by line. */
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { compileRegex } from '@apiary/common/query/regex.ts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchOfStreams, openEncoded } from '../../../testing/batches.ts';
import { columnar } from '../columnar.ts';
import { ColumnarEncoder } from '../encode.ts';

/** Letters past `f`: columns of such words are numbers of a lexicon, of one length or of several. */
const NAMES = ['sigma', 'omega', 'kappa', 'theta', 'lambda', 'ypsilon', 'mu', 'gimel', 'zayin9'];
const name = fc.constantFrom(...NAMES);
const even = fc.constantFrom(...NAMES.filter(({ length }) => length === 5));
const number = fc.nat(99_999);
const hex = fc.stringMatching(/^[0-9a-f]{12}$/);
const row = fc.tuple(name, even, number, hex, name).map(([one, two, count, id, three]) => ({
  ...{ one, two, count, id, three },
}));
const rows = fc.array(row, { minLength: 20, maxLength: 90 });
const source = fc.constantFrom(
  ...['.*slow.*9.*', '.*slow .*(am|im).*', '.* to (theta|mu) .*', '.*pp?a.*id=[a-f].*'],
  ...['.*took [0-4]+ms.*', 'slow .*[sz]$', '.*id=.*[^0-9a]$', '.*[xyz]in9 to .*', '.*a to k.*'],
  ...['.*m.*m.*m.*', '(?:.*o){2}.*7.*', '.*slow (o|s)\\w+ to \\w*a .*'],
);

/** Rows of these alone, and so many others that each place of a word is a variable. */
function batchOf(texts: readonly string[]) {
  return batchOfStreams([{ rows: texts.map((text) => Buffer.from(`${text}\n`)) }]);
}

async function found(texts: readonly string[], expression: string): Promise<number[]> {
  const batch = batchOf(texts);
  const encoded = new ColumnarEncoder({ lexicon: { valuesMin: 1, frameValues: 70 } }).encode(
    batch,
    1,
  );
  const parsed = parseQuery(`/${expression}/`);
  if (!encoded || !parsed.ok) throw new Error('neither encoded nor parsed');
  expect(encoded.sections.map(({ name: section }) => section)).toContain('lexicon');
  const matches = await openEncoded(batch, encoded, columnar.name).select({
    ...{ query: parsed.query, matcher: compileMatcher(parsed.query), matcherOptions: {} },
    ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, pace: () => undefined },
  });
  return [...(await matches.rows())];
}

test('Columns of numbers, of hexadecimal digits and of words from a lexicon', async () => {
  const odd = Array.from({ length: 120 }, (_, at) => {
    const word = String.fromCharCode(103 + (at % 20), 103 + (at >> 3), 110, 111, 112);
    return `slow ${word} to ${word} took ${at}ms id=${word} for ${word}`;
  });
  await fc.assert(
    fc.asyncProperty(rows, source, async (some, expression) => {
      const texts = some.map(
        ({ one, two, count, id, three }) =>
          `slow ${one} to ${two} took ${count}ms id=${id} for ${three}`,
      );
      const all = [...odd, ...odd, ...texts];
      const regex = compileRegex(expression);
      const wanted = [...all.keys()].filter((index) => regex.test(all[index] ?? ''));
      expect(await found(all, expression)).toEqual(wanted);
    }),
    { numRuns: 150, endOnFailure: true },
  );
});
