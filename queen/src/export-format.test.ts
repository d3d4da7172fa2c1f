import { describe, expect, it } from '@jest/globals';
import { csvCell, EXPORT_WRITERS } from './export-format.ts';
import { makeRecord } from './testing/fake-hive.ts';

describe('a CSV cell', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['', ''],
  ])('of %j is %j', (text, cell) => expect(csvCell(text)).toBe(cell));

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =HYPERLINK("http://x")', '|calc'])(
    'takes %j for text, not for a formula',
    (text) => {
      expect(csvCell(text).replace(/^"/, '').startsWith("'")).toBe(true);
    },
  );
});

describe('a record', () => {
  const record = makeRecord(7, { body: '=cmd|" /C calc"!A0', tags: ['a', 'b'] });

  it('is one line of CSV with the columns of the head', () => {
    const { head, write } = EXPORT_WRITERS.csv;
    expect(head).toBe('time,level,host,file,tags,line,id\r\n');
    expect(write(record)).toBe(
      '2025-06-15T15:06:40.007Z,error,web-1,/var/log/app.log,a b,"\'=cmd|"" /C calc""!A0",0123456789abcdef:7\r\n',
    );
  });

  it('is itself as NDJSON, and its own text as raw', () => {
    expect(JSON.parse(EXPORT_WRITERS.ndjson.write(record))).toEqual(record);
    expect(EXPORT_WRITERS.raw.write(record)).toBe(`${record.body}\n`);
  });
});
