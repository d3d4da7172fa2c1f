import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { recogniseTime, type StampContext, TimeRecogniser, type TimeStamp } from './recognise.ts';

const arrivalMs = Date.UTC(2026, 10, 20, 15, 0, 0);

function recognise(line: string, context: Partial<StampContext> = {}): TimeStamp | undefined {
  const bytes = new TextEncoder().encode(`before\n${line}\nafter`);
  const from = 'before\n'.length;
  const to = bytes.length - '\nafter'.length;
  return recogniseTime(bytes, from, to, { arrivalMs, zoneOffsetMinutes: 0, ...context });
}

function iso(stamp: TimeStamp | undefined): string | undefined {
  return stamp && new Date(stamp.timeMs).toISOString();
}

describe('formats', () => {
  test.each([
    ['2026-11-20T14:02:31Z start', '2026-11-20T14:02:31.000Z', '2026-11-20T14:02:31Z'],
    ['2026-11-20T14:02:31.123456Z x', '2026-11-20T14:02:31.123Z', '2026-11-20T14:02:31.123456Z'],
    ['2026-11-20T14:02:31,5+01:00 x', '2026-11-20T13:02:31.500Z', '2026-11-20T14:02:31,5+01:00'],
    ['2026-11-20 14:02:31 -0530 x', '2026-11-20T19:32:31.000Z', '2026-11-20 14:02:31 -0530'],
    ['2026-11-20 14:02:31.12+01 x', '2026-11-20T13:02:31.120Z', '2026-11-20 14:02:31.12+01'],
    [
      '2026-11-20 14:02:31,978 INFO [main] Up',
      '2026-11-20T14:02:31.978Z',
      '2026-11-20 14:02:31,978',
    ],
    [
      '2026-11-20 14:02:31,747 - INFO  [Q:1] - x',
      '2026-11-20T14:02:31.747Z',
      '2026-11-20 14:02:31,747',
    ],
    ['2026/11/20 14:02:31 [error] 7#7: x', '2026-11-20T14:02:31.000Z', '2026/11/20 14:02:31'],
    ['Nov 20 14:02:31 web sshd[1]: x', '2026-11-20T14:02:31.000Z', 'Nov 20 14:02:31'],
    ['Nov  2 04:02:31 web cron[1]: x', '2026-11-02T04:02:31.000Z', 'Nov  2 04:02:31'],
    ['<13>Nov 20 14:02:31 web app: x', '2026-11-20T14:02:31.000Z', 'Nov 20 14:02:31'],
    [
      '<165>1 2026-11-20T14:02:31.003Z web app 7 ID - x',
      '2026-11-20T14:02:31.003Z',
      '2026-11-20T14:02:31.003Z',
    ],
    ['Nov 20 2026 14:02:31: %ASA-6: x', '2026-11-20T14:02:31.000Z', 'Nov 20 2026 14:02:31'],
    ['[20/Nov/2026:14:02:31 +0200] x', '2026-11-20T12:02:31.000Z', '20/Nov/2026:14:02:31 +0200'],
    [
      '10.1.2.3 - - [20/Nov/2026:14:02:31 +0000] "GET / HTTP/1.1" 200 1',
      '2026-11-20T14:02:31.000Z',
      '20/Nov/2026:14:02:31 +0000',
    ],
    [
      'fe80::1 - bo [20/Nov/2026:14:02:31 -0100] "GET /"',
      '2026-11-20T15:02:31.000Z',
      '20/Nov/2026:14:02:31 -0100',
    ],
    ['20 Nov 2026 14:02:31.5 x', '2026-11-20T14:02:31.500Z', '20 Nov 2026 14:02:31.5'],
    [
      '[20-Nov-2026 14:02:31 UTC] PHP Warning: x',
      '2026-11-20T14:02:31.000Z',
      '20-Nov-2026 14:02:31 UTC',
    ],
    ['Fri Nov 20 14:02:31 2026 x', '2026-11-20T14:02:31.000Z', 'Fri Nov 20 14:02:31 2026'],
    [
      '[Fri Nov 20 14:02:31.123456 2026] [core:error] x',
      '2026-11-20T14:02:31.123Z',
      'Fri Nov 20 14:02:31.123456 2026',
    ],
    [
      'Fri, 20 Nov 2026 14:02:31 GMT x',
      '2026-11-20T14:02:31.000Z',
      'Fri, 20 Nov 2026 14:02:31 GMT',
    ],
    ['261120 140231 148 INFO dfs.X: y', '2026-11-20T14:02:31.000Z', '261120 140231'],
    [
      '- 1117838570 2005.06.03 R02-M1 2005-06-03-15.42.50.675872 R02 RAS',
      '2005-06-03T22:42:50.000Z',
      '1117838570',
    ],
    ['KERNDTLB 1117838570 2005.06.03 R02-M1 x', '2005-06-03T22:42:50.000Z', '1117838570'],
    ['2005-06-03-15.42.50.675872 x', '2005-06-03T15:42:50.675Z', '2005-06-03-15.42.50.675872'],
    ['1795183351 x', '2026-11-20T14:02:31.000Z', '1795183351'],
    ['1795183351.25 x', '2026-11-20T14:02:31.250Z', '1795183351.25'],
    ['1795183351123 x', '2026-11-20T14:02:31.123Z', '1795183351123'],
    [
      'nova.log.1.2026-11-20_13:53:08 2026-11-20 14:02:31.008 77 INFO x',
      '2026-11-20T14:02:31.008Z',
      '2026-11-20 14:02:31.008',
    ],
    ['I1120 14:02:31.123456 1 main.go:7] x', '2026-11-20T14:02:31.123Z', 'I1120 14:02:31.123456'],
    ['{"level":30,"time":1795183351123,"msg":"x"}', '2026-11-20T14:02:31.123Z', '1795183351123'],
    [
      '{"@timestamp": "2026-11-20T14:02:31Z","m":1}',
      '2026-11-20T14:02:31.000Z',
      '2026-11-20T14:02:31Z',
    ],
    [
      '{\r\n  "thread" : "main",\r\n  "timeMillis" : 1795183351123,\r\n  "level" : "INFO"}',
      '2026-11-20T14:02:31.123Z',
      '1795183351123',
    ],
    ['{"ts":1795183351.5,"msg":"x"}', '2026-11-20T14:02:31.500Z', '1795183351.5'],
    [
      '{"t":{"$date":"2026-11-20T14:02:31.5+00:00"},"s":"I"}',
      '2026-11-20T14:02:31.500Z',
      '2026-11-20T14:02:31.5+00:00',
    ],
    [
      '{"log":"\\"time\\":1","timestamp":"2026-11-20 14:02:31"}',
      '2026-11-20T14:02:31.000Z',
      '2026-11-20 14:02:31',
    ],
    ['time=2026-11-20T14:02:31Z level=info', '2026-11-20T14:02:31.000Z', '2026-11-20T14:02:31Z'],
    ['level=info ts="2026-11-20T14:02:31Z" x', '2026-11-20T14:02:31.000Z', '2026-11-20T14:02:31Z'],
    ['ts=1795183351.5 level=info', '2026-11-20T14:02:31.500Z', '1795183351.5'],
    ['[INFO] 2026-11-20 14:02:31 x', '2026-11-20T14:02:31.000Z', '2026-11-20 14:02:31'],
    ['web_1  | 2026-11-20 14:02:31 x', '2026-11-20T14:02:31.000Z', '2026-11-20 14:02:31'],
  ])('%s', (line, expected, text) => {
    const stamp = recognise(line);
    expect(iso(stamp)).toBe(expected);
    expect(line.slice(stamp?.start, (stamp?.start ?? 0) + (stamp?.length ?? 0))).toBe(text);
  });

  test.each([
    '',
    'hello world',
    'code 1795183351 refused',
    '12345678901 x',
    '10.0.0.1 connected',
    '2026-13-20 14:02:31 x',
    '2026-02-30 14:02:31 x',
    '2026-11-20 25:02:31 x',
    '2026-11-2',
    '1980-01-01 00:00:00 before there were logs',
    '2026-11-22 14:02:31 the day after tomorrow',
    'Nov 31 14:02:31 x',
    '{"msg":"no time"}',
    'Mayor 20 14:02:31',
    '\u0000\u0000\u0000',
  ])('%j has no time stamp', (line) => {
    expect(recognise(line)).toBeUndefined();
  });
});

describe('what a stamp leaves open', () => {
  test.each([
    ['Dec 31 23:59:59 web x', Date.UTC(2027, 0, 1), '2026-12-31T23:59:59.000Z'],
    ['Jan  1 00:00:01 web x', Date.UTC(2026, 11, 31, 23, 59), '2027-01-01T00:00:01.000Z'],
    ['Feb 29 12:00:00 web x', Date.UTC(2028, 2, 1), '2028-02-29T12:00:00.000Z'],
    ['Dec 10 06:55:46 web x', Date.UTC(2026, 10, 20), '2025-12-10T06:55:46.000Z'],
    ['Jun  1 12:00:00 web x', Date.UTC(2026, 10, 20), '2026-06-01T12:00:00.000Z'],
  ])(
    'a missing year is the nearest to arrival that is not to come: %s',
    (line, arrival, expected) => {
      expect(iso(recognise(line, { arrivalMs: arrival }))).toBe(expected);
    },
  );

  test('a missing year follows each arrival, also back over the turn of the year', () => {
    const recogniser = new TimeRecogniser({ zoneOffsetMinutes: 0 });
    const bytes = new TextEncoder().encode('Jun  1 12:00:00 web x');
    const arrivals = [2026, 2027, 2026, 1999, 2026].map((year) => Date.UTC(year, 6, 1));
    const found = arrivals.map((arrivalMs) => {
      const stamp = recogniser.recognise(bytes, 0, bytes.length, arrivalMs);
      return new Date(stamp?.timeMs ?? 0).getUTCFullYear();
    });
    expect(found).toEqual([2026, 2027, 2026, 1999, 2026]);
  });

  test('a missing zone is that of the host', () => {
    const stamp = recognise('2026-11-20 14:02:31 x', { zoneOffsetMinutes: 120 });
    expect(iso(stamp)).toBe('2026-11-20T12:02:31.000Z');
    const own = recognise('2026-11-20 14:02:31Z x', { zoneOffsetMinutes: 120 });
    expect(iso(own)).toBe('2026-11-20T14:02:31.000Z');
  });

  test('the head is the stamp with a priority and punctuation, but no other text', () => {
    expect(recognise('[2026-11-20 14:02:31] x')?.head).toBe(20);
    expect(recognise('<13>Nov 20 14:02:31 x')?.head).toBe(19);
    expect(recognise('host 2026-11-20 14:02:31 x')?.head).toBe(0);
    expect(recognise('{"time":1795183351123}')?.head).toBe(0);
  });

  test('lines before do not change what a line gives', () => {
    const recogniser = new TimeRecogniser({ zoneOffsetMinutes: 0 });
    const lines = ['Nov 20 14:02:31 a', '2026-11-19 01:00:00Z b', 'no stamp', '1795183351 c'];
    for (const line of [...lines, ...lines.reverse()]) {
      const bytes = new TextEncoder().encode(line);
      expect(recogniser.recognise(bytes, 0, bytes.length, arrivalMs)).toEqual(recognise(line));
    }
  });

  test('nor do lines that begin as they do', () => {
    const heads = [
      ...[
        '2026-11-20T14:02:31',
        '2026-11-20 14:02:31',
        '2026/02/30 14:02:31',
        '20/Nov/2026:14:02:31',
      ],
      ...['Nov 20 14:02:31', 'Nov  2 14:02:31', 'Nov 20 2026 14:02:31', '<13>Nov 20 14:02:31'],
      ...['Fri Nov 20 14:02:31', 'Fri, 20 Nov 2026 14:02:31', 'I1120 14:02:31', '[Nov 20 14:02:31'],
      ...['081109 203615', '1795183351', '- 1795183351', 'web 2026-11-20 14:02:31', 'no stamp'],
      ...['{"time":"2026-11-20T14:02:31', 'x'.repeat(70), `${' '.repeat(60)}Nov 20 14:02:31`],
    ];
    const tails = [
      ...[
        '',
        ' ',
        '.5',
        ',123456',
        ' 2025',
        ' 2025]',
        ' 20251',
        ' 2025x',
        'Z',
        '+01:00',
        ' -0530',
        ' UTC',
      ],
      ...['.250 +02', '7', ' 148 INFO', ' web app', '] x', '"}', ': 2025 y', ' -05 2025'],
    ];
    const lineOf = (some: readonly string[]) =>
      fc
        .record({
          head: fc.constantFrom(...some),
          tail: fc.constantFrom(...tails),
          change: fc.option(fc.tuple(fc.nat(30), fc.constantFrom(...'0129: -x')), { freq: 3 }),
          cut: fc.option(fc.nat(40), { freq: 4 }),
        })
        .map(({ head, tail, change, cut }) => {
          const whole = `${head}${tail}`;
          const at = change?.[0] ?? whole.length;
          const text = change ? whole.slice(0, at) + change[1] + whole.slice(at + 1) : whole;
          return { text, length: Math.min(cut ?? text.length, text.length) };
        });
    // Few heads at a time, so that many lines begin as the one before.
    const lines = fc
      .array(fc.constantFrom(...heads), { minLength: 1, maxLength: 2 })
      .chain((some) => fc.array(lineOf(some), { maxLength: 30 }));
    fc.assert(
      fc.property(lines, (all) => {
        const context = { arrivalMs, zoneOffsetMinutes: 60 };
        const recogniser = new TimeRecogniser(context);
        for (const { text, length } of all) {
          const bytes = new TextEncoder().encode(`before\n${text}\nafter`);
          const [from, to] = [7, 7 + length];
          const found = recogniser.recognise(bytes, from, to, arrivalMs);
          expect(found).toEqual(recogniseTime(bytes, from, to, context));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('a line is never read beyond its end', () => {
    const bytes = new TextEncoder().encode('2026-11-20 14:02:31 x');
    for (let to = 0; to < 19; to++) {
      const context = { arrivalMs, zoneOffsetMinutes: 0 };
      expect(recogniseTime(bytes, 0, to, context)).toBeUndefined();
    }
  });
});
