import { describe, expect, test } from '@jest/globals';
import { extractField, extractFields, extractFieldValues } from './fields.ts';

describe('extractFieldValues', () => {
  test.each([
    ['{"level":"info","status":200}', 'status', ['200']],
    ['{"a":{"b":{"c":true}}}', 'a.b.c', ['true']],
    ['{"a.b":1,"a":{"b":2}}', 'a.b', ['1', '2']],
    ['{"items":[{"name":"x"},{"name":"y"}],"n":1}', 'items.name', ['x', 'y']],
    ['{"tags":["x","y"]}', 'tags', ['x', 'y']],
    ['{"id":12345678901234567890}', 'id', ['12345678901234567890']],
    ['{"a":null}', 'a', []],
    ['{"msg":"say \\"hi\\"\\u0021"}', 'msg', ['say "hi"!']],
    ['2026-11-20 14:02:31 app: {"user": "bo"} trailing', 'user', ['bo']],
    ['handler{id} got {"user":"bo"', 'user', ['bo']],
    ['level=info msg="disk \\"sda\\" full" dur=1.5s', 'msg', ['disk "sda" full']],
    ['level=info msg="x" dur=1.5s', 'dur', ['1.5s']],
    ['logname= uid=0 euid=0', 'logname', ['']],
    ['logname= uid=0 euid=0', 'uid', ['0']],
    ['from=<a@b>, size=67, relay=[10.0.0.1]', 'size', ['67']],
    ['from=<a@b>, size=67, relay=[10.0.0.1]', 'relay', ['[10.0.0.1]']],
    ['call(user=bo)', 'user', ['bo']],
    ['GET /x?a=1&b=2 HTTP/1.1', 'b', ['2']],
    ['peers=a,b,c n=1', 'peers', ['a,b,c']],
    ["who='two words'", 'who', ['two words']],
    ['x==1 y=>2', 'x', []],
    ['xuser=1', 'user', []],
    ['no fields here', 'fields', []],
  ])('%s has %s = %j', (body, name, values) => {
    expect(extractFieldValues(body, name)).toEqual(values);
    expect(extractField(body, name)).toBe(values[0]);
  });

  test('reads deep and broken JSON without failing', () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    expect(extractField(deep, 'a.a')).toBeUndefined();
    expect(extractField('{"a":1,,"b":2}', 'a')).toBe('1');
    expect(extractField('{"a":"cut of', 'a')).toBeUndefined();
  });
});

describe('extractFields', () => {
  test('gives JSON members and the pairs before them, up to the bound', () => {
    const body = 'host=web {"a":1,"b":[true,"x"]}';
    expect(extractFields(body, 10)).toEqual([
      { name: 'a', value: '1' },
      { name: 'b', value: 'true' },
      { name: 'b', value: 'x' },
      { name: 'host', value: 'web' },
    ]);
    expect(extractFields(body, 2)).toHaveLength(2);
    expect(extractFields(body, 0)).toEqual([]);
  });

  test('gives every pair of a logfmt line', () => {
    expect(extractFields('ts=1 msg="a b" n=', 10)).toEqual([
      { name: 'ts', value: '1' },
      { name: 'msg', value: 'a b' },
      { name: 'n', value: '' },
    ]);
  });
});
