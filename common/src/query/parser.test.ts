import { describe, expect, test } from '@jest/globals';
import { QUERY_DEPTH_MAX, QUERY_LENGTH_MAX, QUERY_NODES_MAX } from '../limits.ts';
import { formatQuery } from './format.ts';
import { type DefaultOperator, parseQuery } from './parser.ts';

function canonical(text: string, defaultOperator: DefaultOperator = 'and'): string {
  const result = parseQuery(text, { defaultOperator });
  return result.ok ? formatQuery(result.query) : `error: ${result.error.message}`;
}

describe('operators', () => {
  test.each([
    ['a AND b OR c AND d', '(a AND b) OR (c AND d)'],
    ['a b OR c', '(a AND b) OR c'],
    ['a && b || c', '(a AND b) OR c'],
    ['NOT a b', 'NOT a AND b'],
    ['!a -b +c', 'NOT a AND NOT b AND c'],
    ['NOT (a OR b) c', 'NOT (a OR b) AND c'],
    ['((a))', 'a'],
    ['a or b', 'a AND or AND b'],
    ['a^2 "b c"^3 (d)^4', 'a AND "b c" AND d'],
    ['field:(a OR b:c d)', 'field:a OR (b:c AND field:d)'],
    ['', '*'],
    ['  ', '*'],
    ['*', '*'],
    ['*:*', '*'],
    ['body:*', '*'],
    ['f:[* TO *]', 'f:*'],
    ['_exists_:f', 'f:*'],
  ])('%s means %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test.each([
    ['a b', 'a OR b'],
    ['a b AND c', 'a OR (b AND c)'],
    ['a -b', 'a AND NOT b'],
    ['+a b', 'a'],
    ['-a -b', 'NOT a AND NOT b'],
    ['a -b OR c', '(a AND NOT b) OR c'],
  ])('with the default operator OR, %s means %s', (text, expected) => {
    expect(canonical(text, 'or')).toBe(expected);
  });
});

describe('text from logs is no error', () => {
  test.each([
    ['10.0.0.1:8080', '"10.0.0.1:8080"'],
    ['localhost:8080', '"localhost:8080"'],
    ['http://a/b?c=d&e', '"http://a/b?c=d&e"'],
    ['C:\\x', '"C:\\\\x"'],
    ['C:\\users\\bob', '"C:\\\\users\\\\bob"'],
    ['C:/logs/x.log', '"C:/logs/x.log"'],
    ['\\\\server\\share', '"\\\\server\\\\share"'],
    ['CORP\\ursula', '"CORP\\\\ursula"'],
    ['key=value', '"key=value"'],
    ['user@host', '"user@host"'],
    ['/var/log/x', '"/var/log/x"'],
    ['14:02:31', '"14:02:31"'],
    ['2026-11-20T14:02:31Z', '"2026-11-20T14:02:31Z"'],
    ['fe80::1', '"fe80::1"'],
    ['de:ad:be:ef:00:01', '"de:ad:be:ef:00:01"'],
    ['std::vector', '"std::vector"'],
    ['sshd[1234]:', '"sshd[1234]:"'],
    ['main()', 'main\\(\\)'],
    ['error: disk full', 'error\\: AND disk AND full'],
    ['ERROR:root:x', '"ERROR:root:x"'],
    ['a - b', 'a AND "-" AND b'],
    ['a -> b', 'a AND "->" AND b'],
    ['--force', '\\-\\-force'],
    ['\\\\', '"\\\\"'],
    ['a\\:b', '"a:b"'],
    ['[TO TO TO]', '[TO TO TO]'],
    ['a&b', '"a&b"'],
    ['.NET', '.NET'],
    ['\\u0062', 'b'],
    ['path:/healthz', 'path:\\/healthz'],
    ['file:/var/log/*.log', 'file:\\/var\\/log\\/*.log'],
    ['temp:-5', 'temp:\\-5'],
    ['state:OR', 'state:\\u004fR'],
    ['level: error', 'level:error'],
    ['time:>=2026-11-20T14:02', 'time:[2026-11-20T14:02 TO *]'],
  ])('%s means %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });
});

describe('errors say where, what was expected, and how to mend it', () => {
  test.each([
    ['"open phrase', 0, 12, '"open phrase"'],
    ['(a', 0, 1, '(a)'],
    ['a)', 1, 2, 'a'],
    ['[1 TO]', 5, 6, '[1 TO *]'],
    ['[ TO 5]', 5, 6, '[ TO TO 5]'],
    ['[1 5]', 3, 4, '[1 TO 5]'],
    ['[1 TO 5', 0, 1, '[1 TO 5]'],
    ['[error]', 0, 7, '"[error]"'],
    ['term~3', 4, 6, 'term~2'],
    ['te*m~', 4, 5, 'te*m'],
    ['a AND', 2, 5, 'a '],
    ['AND a', 0, 3, ' a'],
    ['a OR OR b', 2, 4, 'a  OR b'],
    ['NOT', 0, 3, ''],
    ['()', 0, 2, ''],
    ['/open', 0, 5, '/open/'],
    ['\\u00zz', 0, 6, '\\\\u00zz'],
    ['a ]', 2, 3, 'a '],
    ['level:', 0, 6, ''],
    ['n:>', 2, 3, undefined],
    ['_exists_:(a)', 0, 9, undefined],
    ['/(a)\\1/', 4, 6, undefined],
    ['/(?<=a)b/', 1, 5, undefined],
    ['/a\\/(?=b)/', 4, 7, undefined],
    ['/(?i)a/', 1, 5, '/a/'],
    ['/[/', 1, 2, undefined],
    ['x time:soon', 2, 11, undefined],
    ['level:>=loud', 0, 12, undefined],
  ])('%s', (text, from, to, mended) => {
    const result = parseQuery(text);
    if (result.ok) throw new Error(`${text} was accepted as ${formatQuery(result.query)}`);
    const { error } = result;
    expect([error.from, error.to]).toEqual([from, to]);
    expect(error.message).toMatch(/^\S.*\.$/);
    expect(error.expected).not.toBe('');
    const { fix } = error;
    const applied = fix && text.slice(0, fix.from) + fix.insert + text.slice(fix.to);
    expect(applied).toBe(mended);
    if (applied !== undefined) expect(parseQuery(applied).ok || applied.includes('OR')).toBe(true);
  });
});

describe('bounds', () => {
  test.each([
    ['length', 'a'.repeat(QUERY_LENGTH_MAX + 1)],
    [
      'depth of parentheses',
      `${'('.repeat(QUERY_DEPTH_MAX + 1)}a${')'.repeat(QUERY_DEPTH_MAX + 1)}`,
    ],
    ['depth of NOT', `${'!'.repeat(QUERY_DEPTH_MAX + 1)}a`],
    ['parts', 'a '.repeat(QUERY_NODES_MAX)],
    ['slop', '"a b"~1001'],
  ])('a query beyond the bound on %s is an error', (_, text) => {
    expect(parseQuery(text).ok).toBe(false);
  });

  test('a query at the bounds is none', () => {
    const deep = `${'('.repeat(QUERY_DEPTH_MAX)}a${')'.repeat(QUERY_DEPTH_MAX)}`;
    expect(parseQuery(deep).ok).toBe(true);
    expect(parseQuery('a '.repeat(QUERY_NODES_MAX - 1)).ok).toBe(true);
    expect(parseQuery('a'.repeat(QUERY_LENGTH_MAX)).ok).toBe(true);
  });
});

test('every node knows its place', () => {
  const text = 'a AND (host:b OR -"c d")';
  const result = parseQuery(text);
  const query = result.ok && result.query.kind === 'and' ? result.query : undefined;
  const places = [query, ...(query?.operands ?? [])].map((node) =>
    text.slice(node?.from, node?.to),
  );
  expect(places).toEqual([text, 'a', '(host:b OR -"c d")']);
});
