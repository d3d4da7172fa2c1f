import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { neededWords, QueryIndex } from './query-index.ts';

function parsed(text: string) {
  const result = parseQuery(text);
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return { text, query: result.query, matcher: compileMatcher(result.query) };
}

const recordOf = (body: string) => ({
  time: 0,
  host: 'web-1',
  agent: 'a',
  target: 't',
  file: '/f',
  tags: [],
  body,
  field: () => undefined,
});

describe('the index of standing queries', () => {
  test('knows the words without which a query cannot match', () => {
    const words = (text: string) => neededWords(parsed(text).query);
    expect(words('Error')).toEqual(['error']);
    expect(words('"connection refused"')).toEqual(['connection']);
    expect(words('host:web-1 AND timeout')).toEqual(['timeout']);
    expect(words('panic OR "out of memory"')).toEqual(['panic', 'memory']);
    expect(words('panic OR level:error')).toBeUndefined();
    expect(words('NOT panic')).toBeUndefined();
    expect(words('err*')).toBeUndefined();
  });

  test('never leaves out a query that matches', () => {
    const word = fc.constantFrom('alpha', 'Beta', 'gamma', 'delta-1', 'naïve', 'x_y', '10.0.0.1');
    const leaf = fc.oneof(
      word,
      word.map((text) => `"${text} beta"`),
      word.map((text) => `"alpha ${text}"~3`),
      fc.constantFrom('host:web-1', 'al*', 'gama~1', '/bet./', 'body:alpha', 'missing:x'),
    );
    const query = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a} AND ${b})`),
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a} OR ${b})`),
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a} NOT ${b})`),
      ),
    })).node;
    const body = fc
      .array(
        fc.constantFrom('alpha', 'BETA', 'gamma', 'delta', '1', '-', 'naïve', 'x_y', '10.0.0.1'),
      )
      .map((parts) => parts.join(' '));
    fc.assert(
      fc.property(fc.array(query.map(String), { maxLength: 8 }), body, (texts, line) => {
        const queries = texts.map(parsed);
        const found = new Set(new QueryIndex(queries).candidates(() => line));
        for (const each of queries) {
          if (each.matcher.matches(recordOf(line))) expect(found).toContain(each);
        }
      }),
      { numRuns: 500 },
    );
  });
});
