import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Query, WildcardPart } from './ast.ts';
import { formatFieldValue, formatQuery } from './format.ts';
import { parseQuery } from './parser.ts';
import { wordsOf } from './words.ts';

/** A tree as plain data without positions. */
function bare(query: Query): unknown {
  return JSON.parse(
    JSON.stringify(query, (key, value) => (key === 'from' || key === 'to' ? undefined : value)),
  );
}

const place = { from: 0, to: 0 };
const piece = fc.oneof(
  fc.constantFrom('error', 'AND', 'OR', 'NOT', 'TO', 'C:\\x', 'http://a/b?c=d', '2xx', '-5', 'a b'),
  fc.constantFrom('localhost', 'ERROR', 'fe80', '()', '~2', '^3', '\\u0041', '/a/', 'é', '#', '&&'),
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const oneWord = piece.filter((text) => wordsOf(text).length === 1);
const some = piece.filter((text) => text !== '');
const field = fc.oneof(
  fc.constantFrom('body', 'host', 'tag', 'a.b', 'c', '@timestamp', '_exists_', 'x-y', '*'),
  some,
);
const customField = field.filter((name) => !['body', 'level', 'time'].includes(name));

/** Like parts never stand side by side, and a pattern has a `?` or a literal beside its `*`. */
const parts = fc
  .array(
    fc.oneof(
      some.map((text): WildcardPart => ({ kind: 'literal', text })),
      fc.constantFrom<WildcardPart>({ kind: 'one' }, { kind: 'many' }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .filter((list) => {
    const repeated = list.some(
      (part, index) => part.kind !== 'one' && list[index + 1]?.kind === part.kind,
    );
    const wild = list.some((part) => part.kind !== 'literal');
    return !repeated && wild && list.some((part) => part.kind !== 'many');
  });
const bound = fc.option(fc.record({ text: some, inclusive: fc.boolean() }), { nil: undefined });

const leaf: fc.Arbitrary<Query> = fc
  .oneof(
    fc.record({ kind: fc.constant('term' as const), field: customField, text: oneWord }),
    fc.record({
      kind: fc.constant('phrase' as const),
      field: customField,
      text: piece,
      slop: fc.nat(20),
    }),
    fc.record({ kind: fc.constant('wildcard' as const), field: customField, parts }),
    fc.record({
      kind: fc.constant('regex' as const),
      field: customField,
      source: fc.constantFrom('a', 'a b', '^x\\/y$', '[A-Z]+', '\\\\', '"', 'a|b'),
    }),
    fc.record({
      kind: fc.constant('fuzzy' as const),
      field: customField,
      text: some,
      distance: fc.constantFrom(0 as const, 1 as const, 2 as const),
    }),
    fc
      .record({
        kind: fc.constant('range' as const),
        field: customField,
        lower: bound,
        upper: bound,
      })
      .filter((range) => range.lower !== undefined || range.upper !== undefined),
    fc.record({ kind: fc.constant('exists' as const), field: customField }),
    fc.constant({ kind: 'all' as const }),
  )
  .map((query) => ({ ...query, ...place }));

const tree = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ kind: fc.constant('not' as const), operand: tie('query') }).map(placed),
    ...(['and', 'or'] as const).map((kind) =>
      fc.array(tie('query'), { minLength: 2, maxLength: 4 }).map(
        (operands): Query => ({
          kind,
          operands: operands.flatMap((one) => (one.kind === kind ? one.operands : [one])),
          ...place,
        }),
      ),
    ),
  ),
})).query;

function placed(query: { kind: 'not'; operand: Query }): Query {
  return { ...query, ...place };
}

describe('formatQuery', () => {
  test('gives text that parses to the same tree, whatever the default operator', () => {
    fc.assert(
      fc.property(
        tree,
        fc.constantFrom('and' as const, 'or' as const),
        (query, defaultOperator) => {
          const parsed = parseQuery(formatQuery(query), { defaultOperator });
          expect(parsed.ok ? bare(parsed.query) : parsed).toEqual(bare(query));
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('keeps the meaning of every text that parses', () => {
    const words = fc.constantFrom(
      ...'a b: AND OR NOT ( ) [ ] { } TO " / \\ * ? ~ ^2 : - + ! && || level: \\u x.y:'.split(' '),
      ' ',
    );
    const text = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.array(words, { maxLength: 12 }).map((list) => list.join('')),
      fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(text, (source) => {
        const first = parseQuery(source);
        if (!first.ok) {
          expect(first.error.message).not.toBe('');
          expect(first.error.from).toBeLessThanOrEqual(first.error.to);
          expect(first.error.to).toBeLessThanOrEqual(source.length);
          return;
        }
        const second = parseQuery(formatQuery(first.query));
        expect(second.ok ? bare(second.query) : second).toEqual(bare(first.query));
      }),
      { numRuns: 4000 },
    );
  });

  test.each([
    ['a b OR c', '(a AND b) OR c'],
    ['-level:>=warn', 'NOT level:[warn TO *]'],
    ['host:web-1 (a b)', 'host:"web-1" AND a AND b'],
    ['_exists_:user.id', 'user.id:*'],
    ['te?t*', 'te?t*'],
  ])('writes %s as %s', (source, text) => {
    const parsed = parseQuery(source);
    expect(parsed.ok && formatQuery(parsed.query)).toBe(text);
  });

  test('writes a clicked value so that quotes and backslashes survive', () => {
    expect(formatFieldValue('path', 'C:\\"x"')).toBe('path:"C:\\\\\\"x\\""');
  });
});
