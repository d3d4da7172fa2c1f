import { describe, expect, test } from '@jest/globals';
import { extractFieldValues } from './fields.ts';
import { compileMatcher, type MatchRecord } from './matcher.ts';
import { parseQuery } from './parser.ts';

const nowMs = Date.UTC(2026, 10, 20, 15);

function record(body: string, rest: Partial<MatchRecord> = {}): MatchRecord {
  return {
    time: Date.UTC(2026, 10, 20, 14, 2, 31),
    host: 'web-1',
    agent: 'b3e1',
    target: 'file:///var/log/nginx/*.log',
    file: '/var/log/nginx/access.log',
    tags: ['web', 'Prod EU'],
    level: 'error',
    body,
    field: (name) => extractFieldValues(body, name),
    ...rest,
  };
}

function matcher(text: string) {
  const result = parseQuery(text);
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return compileMatcher(result.query, { nowMs });
}

function matches(text: string, body: string, rest: Partial<MatchRecord> = {}): boolean {
  return matcher(text).matches(record(body, rest));
}

describe('the line', () => {
  test.each([
    ['error', 'An ERROR came'],
    ['café', 'le CAFÉ fermé'],
    ['ΟΔΟΣ', 'η οδοσ'],
    ['blk_42', 'for block blk_42 done'],
    ['"failed password"', 'Failed  password for bo'],
    ['"a d"~2', 'a b c d'],
    ['"b a"~2', 'a b'],
    ['"a a"~3', 'a b a'],
    ['te?t', 'a test'],
    ['t*t', 'a text'],
    ['*word', 'passWORD'],
    ['10.0.*', 'from 10.0.7.9'],
    ['/time[d]? out/', 'Connection TIMED OUT'],
    ['/[A-Z]+-\\d{2}/', 'code abc-42'],
    ['/^\\S+ - /', '10.1.2.3 - - x'],
    ['/[^A-Z ]/', 'abc 1'],
    ['/\\x41b/', 'aB'],
    ['/a\\/b/', 'x a/b y'],
    ['passwrod~', 'password'],
    ['conection~1', 'connection reset'],
    ['[400 TO 499]', 'status 404 here'],
    ['"->"', 'a -> b'],
    ['a - b', 'a - b'],
    ['10.0.0.1:8080', 'to 10.0.0.1:8080.'],
    ['C:\\Temp\\x', 'open c:\\temp\\x failed'],
    ['/var/log/x', 'reading /var/log/x'],
    ['NOT info', 'an error'],
    ['-info error', 'an error'],
  ])('%s is in %j', (text, body) => {
    expect(matches(text, body)).toBe(true);
  });

  test.each([
    ['err', 'An ERROR came'],
    ['"password failed"', 'Failed password'],
    ['"a d"~1', 'a b c d'],
    ['"a a"~3', 'a b c'],
    ['"b a"~1', 'a b'],
    ['te?t', 'a teest'],
    ['t*t', 'to hot'],
    ['/[^A-Z ]/', 'abc'],
    ['passwrod~1', 'pasword'],
    ['[400 TO 499]', 'status 504 here'],
    ['[400 TO 499}', 'status 499'],
    ['a - b', 'a b'],
  ])('%s is not in %j', (text, body) => {
    expect(matches(text, body)).toBe(false);
  });

  test('single words do not see the time stamp; phrases and expressions do', () => {
    const body = '2026-11-20 14:02:31,404 INFO 200 ok';
    const stamped = { timestampLength: 23 };
    expect(matches('404', body)).toBe(true);
    for (const text of ['404', '40?', '405~1', '[404 TO 404]', '2026']) {
      expect(matches(text, body, stamped)).toBe(false);
    }
    for (const text of ['"404"', '14:02:31', '/,404/', '200', 'info']) {
      expect(matches(text, body, stamped)).toBe(true);
    }
  });
});

describe('built-in fields', () => {
  test.each([
    ['host:WEB-1', true],
    ['host:web', true],
    ['host:we', false],
    ['host:web-*', true],
    ['file:nginx', true],
    ['file:access.log', true],
    ['file:"/var/log/nginx/access.log"', true],
    ['file:/var/log/*.log', true],
    ['file:/var/log/*.gz', false],
    ['target:file:///var/log/nginx/*.log', true],
    ['tag:web', true],
    ['tag:"prod eu"', true],
    ['tag:(db OR eu)', true],
    ['tag:db', false],
    ['tag:*', true],
    ['level:err', true],
    ['level:err*', true],
    ['level:>=warn', true],
    ['level:<error', false],
    ['level:[info TO error}', false],
    ['level:(warn OR ERROR)', true],
    ['time:2026-11-20', true],
    ['time:[2026-11-19 TO 2026-11-20]', true],
    ['time:<2026-11-20', false],
    ['time:>2026-11-20', false],
    ['time:>=now-1h', true],
    ['time:>now-30m', false],
    ['body:x', true],
    ['agent:b3e1', true],
  ])('%s is %s', (text, expected) => {
    expect(matches(text, 'x')).toBe(expected);
  });

  test('what a record lacks is not there', () => {
    const bare = { level: undefined, tags: [], host: '' };
    for (const text of ['level:*', 'tag:*', 'host:*', 'level:<=fatal', 'level:error']) {
      expect(matches(text, 'x', bare)).toBe(false);
    }
  });
});

describe('fields of the line', () => {
  const json =
    '{"status":404,"req":{"path":"/api/x","ms":12.50},"tags":["a","b"],"at":"2026-11-20T14:00:00Z"}';
  test.each([
    ['status:404', true],
    ['status:404.0', true],
    ['status:40', false],
    ['status:[400 TO 499]', true],
    ['status:>=404 status:<405', true],
    ['status:>404', false],
    ['req.path:/api/*', true],
    ['req.path:api', true],
    ['req.path:/^\\/api/', true],
    ['req.ms:12.5', true],
    ['req.ms:-12.5', false],
    ['req.ms:>9', true],
    ['tags:b', true],
    ['tags:c', false],
    ['at:[2026-11-20T13:00 TO 2026-11-20T15:00]', true],
    ['at:>2026-11-20T15:00', false],
    ['_exists_:req.ms', true],
    ['req.nothing:*', false],
    ['status:(404 OR 500)', true],
    ['NOT status:404', false],
  ])('%s is %s', (text, expected) => {
    expect(matches(text, json)).toBe(expected);
  });

  test('a line that has no such field does not match, with no values as with undefined', () => {
    expect(matches('x:*', 'no fields')).toBe(false);
    expect(matches('x:*', 'no fields', { field: () => undefined })).toBe(false);
    expect(matches('x:*', 'x= y=1')).toBe(true);
  });

  test('text compares as text where one side is no number', () => {
    expect(matches('name:[b TO d]', 'name=carl')).toBe(true);
    expect(matches('name:>d', 'name=carl')).toBe(false);
  });
});

describe('highlights', () => {
  function marked(text: string, body: string, rest: Partial<MatchRecord> = {}): string {
    let result = body;
    for (const { from, to } of matcher(text).highlights(record(body, rest)).reverse()) {
      result = `${result.slice(0, from)}[${result.slice(from, to)}]${result.slice(to)}`;
    }
    return result;
  }
  test.each([
    ['error', 'error, ERROR and errors', '[error], [ERROR] and errors'],
    ['"a b" OR b', 'a b b', '[a b] [b]'],
    ['/o+/ AND *d', 'food foo', '[food] f[oo]'],
    ['a NOT b', 'a b', '[a] b'],
    ['host:web a', 'web a', 'web [a]'],
    ['"a c"~3', 'x a b c', 'x [a b c]'],
    ['*', 'a b', 'a b'],
    ['İstanbul', 'in İSTANBUL now', 'in [İSTANBUL] now'],
    ['é', 'É é', '[É] [é]'],
  ])('%s in %s', (text, body, expected) => {
    expect(marked(text, body)).toBe(expected);
  });

  test('leave the time stamp alone', () => {
    expect(marked('20', '20:01 20', { timestampLength: 5 })).toBe('20:01 [20]');
  });
});
