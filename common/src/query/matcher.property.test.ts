/**
 * The matcher against a naive evaluator that shares nothing with it: words by one regular
 * expression, wildcards as regular expressions, distances by recursion, slop by trying everything.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LeafQuery, Query } from './ast.ts';
import { compileMatcher, type MatchRecord } from './matcher.ts';
import { parseQuery } from './parser.ts';

const WORD = /[A-Za-z0-9_\u0080-\uffff]+/g;
const wordsIn = (text: string) => [...text.matchAll(WORD)].map((match) => match[0]);
const lower = (text: string) => text.toLowerCase();

const known = new Map<string, number>();

function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const key = `${a}\n${b}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  let best = Math.min(
    distance(a.slice(1), b) + 1,
    distance(a, b.slice(1)) + 1,
    distance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
  );
  if (a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0]) {
    best = Math.min(best, distance(a.slice(2), b.slice(2)) + 1);
  }
  known.set(key, best);
  return best;
}

type Accepts = (word: string) => boolean;

/** Words wanted side by side. */
function adjacent(wanted: readonly Accepts[], words: readonly string[]): boolean {
  return words.some((_, start) =>
    wanted.every((accepts, index) => {
      const word = words[start + index];
      return word !== undefined && accepts(lower(word));
    }),
  );
}

/** Every choice of different words, judged by the spread of their shifts. */
function sloppy(wanted: readonly Accepts[], words: readonly string[], slop: number): boolean {
  const choose = (chosen: readonly number[]): boolean => {
    const accepts = wanted[chosen.length];
    if (!accepts) {
      const shifts = chosen.map((place, index) => place - index);
      return Math.max(...shifts) - Math.min(...shifts) <= slop;
    }
    return words.some(
      (word, place) =>
        !chosen.includes(place) && accepts(lower(word)) && choose([...chosen, place]),
    );
  };
  return choose([]);
}

/** A wildcard pattern as it was typed → the source of a regular expression. */
function globSource(pattern: string): string {
  return [...pattern]
    .map((one) => (one === '*' ? '.*' : one === '?' ? '.' : one.replace(/[^\w]/, '\\$&')))
    .join('');
}

function evaluate(query: Query, record: MatchRecord): boolean {
  if (query.kind === 'all') return true;
  if (query.kind === 'not') return !evaluate(query.operand, record);
  if (query.kind === 'and') return !query.operands.some((one) => !evaluate(one, record));
  if (query.kind === 'or') return query.operands.some((one) => evaluate(one, record));
  if (query.field === 'body') return onLine(query, record.body, record.timestampLength ?? 0);
  if (query.field === 'level') return onLevel(query, record.level);
  const value =
    query.field === 'host'
      ? record.host
      : query.field === 'file'
        ? record.file
        : record.field(query.field);
  if (typeof value !== 'string') return false;
  return query.kind === 'exists' || onValue(query, value);
}

const ranks = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

function onLevel(query: LeafQuery, level: string | undefined): boolean {
  if (level === undefined) return false;
  if (query.kind === 'range')
    return inRange(query, ranks.indexOf(level), (text) => ranks.indexOf(text));
  return query.kind === 'exists' || (query.kind === 'term' && query.text.toLowerCase() === level);
}

function inRange<T>(
  query: LeafQuery & { kind: 'range' },
  value: T,
  convert: (text: string) => T,
): boolean {
  const { lower: low, upper: high } = query;
  if (low && !(low.inclusive ? value >= convert(low.text) : value > convert(low.text)))
    return false;
  return !high || (high.inclusive ? value <= convert(high.text) : value < convert(high.text));
}

function rangeOfText(query: LeafQuery & { kind: 'range' }, value: string): boolean {
  const numeric = (text: string) => /^-?\d+(\.\d+)?$/.test(text);
  const one = (bound: 'lower' | 'upper') => {
    const half = { ...query, lower: undefined, upper: undefined, [bound]: query[bound] };
    const text = query[bound]?.text ?? '';
    return numeric(text) && numeric(value)
      ? inRange(half, Number(value), Number)
      : inRange(half, lower(value), lower);
  };
  return one('lower') && one('upper');
}

function acceptors(query: LeafQuery): Accepts[] {
  if (query.kind === 'wildcard') {
    const typed = query.parts
      .map((part) => (part.kind === 'literal' ? part.text : part.kind === 'one' ? '?' : '*'))
      .join('');
    return (typed.match(/[A-Za-z0-9_\u0080-\uffff*?]+/g) ?? []).map((pattern) => {
      const regex = new RegExp(`^${globSource(lower(pattern))}$`, 's');
      return (word) => regex.test(word);
    });
  }
  if (query.kind === 'fuzzy') {
    return wordsIn(query.text).map(
      (wanted) => (word) =>
        Math.abs(word.length - wanted.length) < 3 &&
        distance(word, lower(wanted)) <= query.distance,
    );
  }
  if (query.kind === 'term' || query.kind === 'phrase') {
    return wordsIn(query.text).map((wanted) => (word) => word === lower(wanted));
  }
  return [];
}

function onLine(query: LeafQuery, body: string, stamp: number): boolean {
  if (query.kind === 'regex') return new RegExp(query.source, 'i').test(body);
  const wanted = acceptors(query);
  const unstamped = wordsIn(' '.repeat(stamp) + body.slice(stamp));
  if (query.kind === 'range') return unstamped.some((word) => rangeOfText(query, word));
  if (query.kind === 'exists') return true;
  const sees = query.kind === 'phrase' || wanted.length !== 1 ? wordsIn(body) : unstamped;
  if (wanted.length === 0) return 'text' in query && lower(body).includes(lower(query.text));
  if (query.kind === 'phrase' && query.slop > 0) return sloppy(wanted, sees, query.slop);
  return adjacent(wanted, sees);
}

function onValue(query: LeafQuery, value: string): boolean {
  if (query.kind === 'range') return rangeOfText(query, value);
  if (query.kind === 'regex') return new RegExp(query.source, 'i').test(value);
  if (query.kind === 'wildcard') {
    const source = query.parts
      .map((part) => (part.kind === 'literal' ? part.text : part.kind === 'one' ? '?' : '*'))
      .join('');
    if (new RegExp(`^${globSource(source)}$`, 'is').test(value)) return true;
  }
  if (query.kind === 'term' || query.kind === 'phrase') {
    const number = /^-?\d+(\.\d+)?$/;
    if (number.test(query.text) && number.test(value)) return Number(query.text) === Number(value);
    if (lower(query.text) === lower(value)) return true;
  }
  if (query.kind === 'fuzzy' && distance(lower(query.text), lower(value)) <= query.distance)
    return true;
  return onLine(query, value, 0);
}

const word = fc.constantFrom(
  ...'error Error failed password for root from 10 0 1 404 200 blk_42 nginx café GET api x a b'.split(
    ' ',
  ),
);
const joint = fc.constantFrom(' ', ' ', ' ', '.', ':', '/', '=', ' - ', '[', '] ', ', ', '-');
const bodyText = fc
  .array(fc.tuple(word, joint), { maxLength: 9 })
  .map((list) => list.flat().join(''));
const records = fc
  .record({
    text: bodyText,
    stamped: fc.boolean(),
    host: fc.constantFrom('web-1', 'db-2', 'WEB-10'),
    file: fc.constantFrom('/var/log/nginx/access.log', '/var/log/syslog'),
    level: fc.constantFrom(...ranks, undefined),
    status: fc.constantFrom('200', '404', '-5', 'n/a', 'GET /api/x', '', undefined),
  })
  .map(({ text, stamped, host, file, level, status }): MatchRecord => {
    const stamp = '2026-11-20 14:02:31,404';
    return {
      time: 0,
      host,
      file,
      level,
      agent: 'a',
      target: 't',
      tags: [],
      body: stamped ? `${stamp} ${text}` : text,
      timestampLength: stamped ? stamp.length : 0,
      field: (name) => (name === 'status' ? status : undefined),
    };
  });

const value = fc.oneof(
  word,
  fc.tuple(word, fc.constantFrom('~', '~1', '~2', '*', '?', '')).map((pair) => pair.join('')),
  fc.constantFrom('err*', '*or', 'b?k_*', '*', 'passwrod~', 'eror~1', '10.0.*', '10.0.1', 'api/x'),
  fc.constantFrom(
    '/err|fail/',
    '/[A-F]+\\d/',
    '/^\\w+ [^A-Z]/',
    '/\\b40\\d\\b/',
    '/(a|b)+ x?/',
    '"404"',
  ),
  fc.constantFrom('[1 TO 300]', '{a TO f}', '[* TO 404]', '{0 TO *]', '"-"', '":"', '02:31'),
  fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '~1', '~2', '~4'))
    .map(([list, slop]) => `"${list.join(' ')}"${slop}`),
);
const clause = fc.oneof(
  value,
  value.map((text) => `status:${text}`),
  fc.constantFrom('status:>5', 'status:<=404', 'status:-5', 'status:*', '_exists_:status', '*:*'),
  fc.constantFrom(
    'host:web',
    'host:web-1',
    'host:web-1*',
    'host:/^web/',
    'file:nginx',
    'file:*.log',
  ),
  fc.constantFrom('file:/var/log/syslog', 'level:>=warn', 'level:error', 'level:*', 'level:<info'),
);
const queryText = fc
  .array(
    fc.tuple(fc.constantFrom('', '-', 'NOT ', '+'), clause, fc.constantFrom(' ', ' OR ', ' AND ')),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((list) =>
    list.map(([prefix, text, operator], index) =>
      index === list.length - 1 ? prefix + text : prefix + text + operator,
    ),
  )
  .map((list) => list.join(''));

test('the matcher agrees with the naive evaluator', () => {
  let matched = 0;
  fc.assert(
    fc.property(queryText, fc.array(records, { minLength: 4, maxLength: 4 }), (text, given) => {
      const result = parseQuery(text);
      if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
      const matcher = compileMatcher(result.query);
      for (const record of given) {
        const expected = evaluate(result.query, record);
        if (expected) matched++;
        expect([text, record.body, matcher.matches(record)]).toEqual([text, record.body, expected]);
        for (const span of matcher.highlights(record)) {
          expect(span.from).toBeLessThan(span.to);
          expect(span.to).toBeLessThanOrEqual(record.body.length);
        }
      }
    }),
    { numRuns: 4000 },
  );
  expect(matched).toBeGreaterThan(1000);
});
