import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Matches } from '../../records/record-set.ts';
import { matchesOf } from '../../records/row-counts.ts';
import { RowView } from '../../records/row-view.ts';
import { batchOfStreams, openEncoded, type TestStream } from '../../testing/batches.ts';
import { BatchSet } from '../batch-set.ts';
import type { RowBatch } from '../row-batch.ts';
import { isSameBatch } from '../same-rows.ts';
import { ColumnarEncoder } from './encode.ts';

// Few rows have several sections of ids, and several frames of numbers of words.
const encoder = new ColumnarEncoder({ idsRows: 16, lexicon: { valuesMin: 1, frameValues: 16 } });
const pace = () => undefined;

function open(batch: RowBatch) {
  const encoded = encoder.encode(batch, 1);
  if (!encoded) throw new Error('not encoded');
  return openEncoded(batch, encoded, 'columnar@8');
}

async function expectExact(batch: RowBatch): Promise<void> {
  expect(isSameBatch(await open(batch).decode(pace), batch)).toBe(true);
}

const lines = (...texts: readonly (string | Buffer)[]): TestStream => ({
  rows: texts.map((text) => Buffer.concat([Buffer.from(text), Buffer.from('\n')])),
});

/** Text that looks like logs, with everything that has been taken for something else before. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['error', 'Error', 'ERROR', 'info', 'user=', 'level=', '"level":', 'status:500', 'Ünïcödé'],
    ...[
      '\u212A',
      'ſ',
      'İstanbul',
      '10.0.0.1',
      '404',
      '7',
      'a1b2',
      'x_y',
      '[WARN]',
      '<11>',
      'E1120',
    ],
    ...['2026-01-10T00:00:00.000Z', '2026-01-10 00:00:01', 'Jan 10 00:00:02', '1767225600', '\t'],
    ...['Sun Jan 04 00:00:00 2026', '10/Jan/2026:00:00:00', 'failed', 'password', '\r', '{"a":1}'],
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.integer({ min: 0, max: 99999 }).map(String),
);
const line = fc
  .array(fc.tuple(piece, fc.constantFrom(' ', ' ', ' ', '', '=', ':', ',')), { maxLength: 9 })
  .map((parts) => Buffer.from(parts.flat().join('').replaceAll('\n', ' ')));
const hostile = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => Buffer.from(bytes).filter((b) => b !== 10));
const row = fc.oneof({ weight: 5, arbitrary: line }, { weight: 1, arbitrary: hostile });

describe('columns', () => {
  test('give back any bytes, exactly', async () => {
    const stream = fc.record({
      rows: fc.array(
        fc
          .tuple(row, fc.constantFrom('\n', '\n', '\n', '\r\n', ''))
          .map(([bytes, end]) => Buffer.concat([Buffer.from(bytes), Buffer.from(end)])),
        { minLength: 1, maxLength: 30 },
      ),
      mapped: fc.boolean(),
      zoneOffsetMinutes: fc.constantFrom(0, 60, -330),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(stream, { minLength: 1, maxLength: 4 }), async (streams) => {
        await expectExact(batchOfStreams(streams));
      }),
      { numRuns: 120 },
    );
  });

  test('keep long lines, empty lines, control characters and broken UTF-8', async () => {
    const long = 'word 123 '.repeat(120_000);
    await expectExact(
      batchOfStreams([
        lines('', '', long, '\x00\x01\x02\x03', Buffer.from([0xff, 0xfe, 0x41, 0xc3]), '\r'),
        { rows: [Buffer.from('no end')] },
        { rows: [Buffer.from('two\nlines'), Buffer.from('')], mapped: true },
      ]),
    );
  });

  test('keep rows as they are that are not split, also where they have more words than any chunk before', async () => {
    const words = (row: number, count: number) =>
      Array.from({ length: count }, (_, n) => `w${row}x${n}`).join(' ');
    const many = Array.from({ length: 40 }, (_, row) => `\x01 ${words(row, 20_000)}`);
    await expectExact(batchOfStreams([lines('split 1', ...many, 'split 22')]));
  });

  test('keep times whose text does not follow from them', async () => {
    const stamps = ['2026-01-10 00:00:00', '2026-01-10 24:00:00', '2026-1-10 00:00:00'];
    const more = [
      'Jan  9 10:00:00',
      'Jan 09 10:00:00',
      'jan 10 10:00:00',
      '2026-01-10T10:00:00+02:00',
    ];
    const all = [...stamps, ...more].flatMap((stamp) => [
      `${stamp} up`,
      `${stamp}x up`,
      `a ${stamp}`,
    ]);
    await expectExact(batchOfStreams([lines(...all, ...all)]));
  });

  test('take many words at one place for a variable, and keep them', async () => {
    const names = Array.from(
      { length: 400 },
      (_, index) =>
        `user ${String.fromCharCode(97 + (index % 26), 97 + ((index * 7) % 26), 97 + (index >> 4))} came`,
    );
    await expectExact(batchOfStreams([lines(...names)]));
  });

  test('refuse rows that have nothing in common', () => {
    const odd = Array.from(
      { length: 3000 },
      (_, index) => '-+.;/'.repeat(1 + (index % 7)) + ' '.repeat(index),
    );
    expect(encoder.encode(batchOfStreams([lines(...odd)]), 1)).toBeUndefined();
  });

  test('say so when a section is damaged', async () => {
    const batch = batchOfStreams([lines('one 1', 'two 2')]);
    const encoded = encoder.encode(batch, 1);
    for (const [index, section] of (encoded?.sections ?? []).entries()) {
      const bytes = Buffer.from(section.bytes);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      const sections = encoded?.sections.map((each, at) =>
        at === index ? { ...each, bytes } : each,
      );
      const reader = openEncoded(batch, { sections: sections ?? [] }, 'columnar@8');
      const search = async () => {
        await reader.decode(pace);
        await select(reader, 'one');
        await (await select(reader, 'one')).columns();
      };
      await expect(search()).rejects.toMatchObject({ code: 'store-corrupt' });
    }
  });
});

async function select(
  reader: ReturnType<typeof openEncoded>,
  text: string,
  range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
) {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
  const { query } = parsed;
  const matcherOptions = { nowMs: 0 };
  return await reader.select({
    query,
    matcher: compileMatcher(query),
    matcherOptions,
    ...range,
    pace,
  });
}

async function rowsOf(reader: ReturnType<typeof openEncoded>, text: string): Promise<number[]> {
  return [...(await (await select(reader, text)).rows())];
}

const leaf = fc.constantFrom(
  ...['error', 'ERROR', 'failed', 'k', 'ſ', 'ünïcödé', 'istanbul', '404', '7', '2026', 'jan', '00'],
  ...['10.0.0.1', '"failed password"', '"error info"', '"password failed"~2', '"2026-01-10 00"'],
  ...[
    'err*',
    '*rror',
    '*a*',
    'a?b2',
    '1*',
    '*1',
    'x_y',
    'eror~1',
    '/err.r/',
    '/failed.*word/',
    '/\\d{3}/',
  ],
  ...['/^.rror$/', '/\\b(error|info)\\b/', '/[^ -~]/', '/level.{1,3}/', '/a(\\d|1b)2?$/', '/i̇|k/'],
  ...['/(a|b)1/', 'level:error', 'level:>=warn', 'host:host-1', 'file:*2', 'tag:none', 'user:*'],
  ...['status:>=500', 'status:500', 'a:1', 'user:error', '*:*', 'time:>1970-01-02', '"user"', 'µ'],
);
const query: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: leaf },
  fc.tuple(leaf, leaf).map(([a, b]) => `${a} AND ${b}`),
  fc.tuple(leaf, leaf).map(([a, b]) => `${a} OR ${b}`),
  fc.tuple(leaf, leaf).map(([a, b]) => `${a} AND NOT ${b}`),
  fc.tuple(leaf, leaf, leaf).map(([a, b, c]) => `(${a} OR ${b}) AND NOT ${c}`),
  leaf.map((a) => `NOT ${a}`),
);

describe('searching columns', () => {
  test('finds what the line matcher finds, whatever the query and the lines', async () => {
    const streams = fc.array(
      fc
        .tuple(fc.array(row, { minLength: 1, maxLength: 25 }), fc.boolean())
        .map(([rows, mapped]) => ({ ...lines(...rows.map((one) => Buffer.from(one))), mapped })),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(
        streams,
        fc.array(query, { minLength: 4, maxLength: 8 }),
        async (some, texts) => {
          const batch = batchOfStreams(some);
          const reader = open(batch);
          const set = new BatchSet(batch);
          const view = new RowView(set);
          for (const text of texts) {
            const parsed = parseQuery(text);
            if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
            const matcher = compileMatcher(parsed.query, { nowMs: 0 });
            const expected: number[] = [];
            for (let at = 0; at < batch.count; at++)
              if (matcher.matches(view.at(at))) expected.push(at);
            const found = await select(reader, text);
            expect({ text, rows: [...(await found.rows())] }).toEqual({ text, rows: expected });
            const columns = await found.columns();
            for (const at of expected) expect(columns.level(at)).toBe(set.level(at));
          }
        },
      ),
      { numRuns: 120 },
    );
  });

  test('finds the same in many rows of few templates, whose values hold what is looked for', async () => {
    const value = fc.oneof(
      fc.constantFrom(
        'null',
        'root',
        'Admin',
        'ioException',
        'IOEXCEPTION9',
        'k8s',
        'kÜnig',
        'x',
        'exc',
      ),
      fc.integer({ min: 0, max: 1200 }).map(String),
      fc.constantFrom('java.io.IOException', 'a@b', 'failed', '2026', 'Jan'),
    );
    const shape = fc.constantFrom(
      (a: string, b: string) => `2026-01-10 00:00:0${a.length % 10} INFO exception in ${a} at ${b}`,
      (a: string, b: string) => `Failed password for ${a} port ${b} ssh2`,
      (a: string, b: string) => `user=${a} status=${b} done`,
      (a: string, b: string) => `${a} 77 ${b}.`,
      (a: string, b: string) => `${a} exc 2026-01-10 00:00:0${a.length % 10} exception in ${b}`,
      (a: string, b: string) => `exception of 2026-01-10 00:00:0${b.length % 10} by ${a} and ${b}`,
      (a: string, b: string) =>
        `{"time":"2026-01-10T00:00:0${b.length % 10}Z","msg":"payment ${a}","user":"${b}@example.com"}`,
      (a: string, b: string) => `web {"status":${b},"user":["${a}","${b}"],"at":{"id":${a}}}`,
      (a: string, b: string) => `{"status":null,"user":{"id":"${a}x"}} status=${b}`,
    );
    const text = fc.tuple(shape, value, value).map(([make, a, b]) => make(a, b));
    const stream = fc.record({
      rows: fc
        .array(fc.tuple(text, fc.constantFrom('\n', '\n', '\n', '')), {
          minLength: 20,
          maxLength: 150,
        })
        .map((rows) => rows.map((parts) => Buffer.from(parts.join('')))),
      mapped: fc.boolean(),
    });
    const asked = fc.constantFrom(
      ...[
        '/exc.*00:0[1-5]/',
        '/.*exception.*:0[1-5].*/',
        '/payment (root|admin)/',
        '/pay.*5z?.*user/',
      ],
      ...[
        '/exceptions*.*root/',
        '/ime.*0[1-4]z.*root/',
        '/2026.*root/',
        '/exception|:01/',
        '/e.*:03/',
      ],
      ...['/(root|admin|k8s)\\b/', '/\\bexc\\b.*[0-9]$/', '/[a-z]\\s$/', '/^(2026|exc|\\{).*x/'],
      ...[
        '/ssh2$/',
        '/ssh2\\n/',
        '/done\\W?$/',
        '/0[1-3][ z].*(b|root)/',
        '/[^a]$/',
        '/^\\S+ exc/',
      ],
      ...['/(^|,).user.:.(a|r)[^@]*@b/', '/T.*z/', '/jan|failed .*1.*ssh/', '/x*/', '/status=1?2/'],
      ...['/.*exception.*[0-9]+.*/', '/port 1.*9/', '/ioexc[a-z]+$/', '/.*\\.io.*/', '/x\\.*/'],
      ...['/(root|admin).*port/', '/\\d+ ssh2\\s?$/', '/^user=k/', '"failed password for root"'],
      ...[
        '"exception in"',
        '"password for exc"~2',
        'exc*',
        '*exception*',
        'exception',
        'status:>=500',
      ],
      ...[
        'user:root',
        'ad*',
        '*oo*',
        '10*',
        '*t00',
        'k*n?g',
        '2026',
        'jan',
        'NOT failed',
        '/77 .*\\./',
        'rot~1',
        'status:[1 TO 99]',
        'at.id:[1 TO 99]',
        'at.id:*',
        'user.id:rootx',
        'user:(root OR "10@example.com")',
        'user:*@*',
        'msg:/p.*(root|9)/',
        'NOT status:*',
      ],
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(stream, { minLength: 1, maxLength: 2 }),
        fc.array(asked, { minLength: 6, maxLength: 6 }),
        async (streams, texts) => {
          const batch = batchOfStreams(streams);
          const reader = open(batch);
          const view = new RowView(new BatchSet(batch));
          for (const text of texts) {
            const parsed = parseQuery(text);
            if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
            const matcher = compileMatcher(parsed.query, { nowMs: 0 });
            const all = Array.from({ length: batch.count }, (_, at) => at);
            const expected = all.filter((at) => matcher.matches(view.at(at)));
            expect({ text, rows: await rowsOf(reader, text) }).toEqual({ text, rows: expected });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('counts by host, time and level as rows that are looked at one by one', async () => {
    const streams = fc.array(
      fc
        .array(row, { minLength: 1, maxLength: 25 })
        .map((rows) => lines(...rows.map((one) => Buffer.from(one)))),
      { minLength: 1, maxLength: 4 },
    );
    const bound = fc.nat({ max: 100 });
    await fc.assert(
      fc.asyncProperty(streams, query, bound, bound, async (some, text, from, length) => {
        const batch = batchOfStreams(some);
        const set = new BatchSet(batch);
        const times = [...batch.time].sort((a, b) => a - b);
        const at = (share: number) => times[Math.floor((share * (times.length - 1)) / 100)] ?? 0;
        const range = { from: at(from), to: at(Math.min(100, from + length)) + 1 };
        const found = await select(open(batch), text, range);
        const rows = await found.rows();
        const naive = matchesOf(set, rows);
        expect(found.count).toBe(rows.length);
        for (const known of [new Set<string>(), new Set(['host-1'])]) {
          const hosts = async (matches: Matches) => [...(await matches.hosts(known))].sort();
          expect(await hosts(found)).toEqual(await hosts(naive));
        }
        const width = Math.max(1, range.to - range.from);
        const buckets = { from: range.from + 1, step: Math.ceil(width / 5), buckets: 4 };
        expect(await found.byTime(buckets)).toEqual(await naive.byTime(buckets));
        const timed: number[] = [];
        for (const run of await found.timed()) {
          const own = run.times();
          for (const one of run.rows()) {
            timed.push(one);
            expect(own.time(one)).toBe(set.time(one));
            expect(own.time(one)).toBeGreaterThanOrEqual(run.least);
            expect(own.time(one)).toBeLessThanOrEqual(run.most);
          }
        }
        expect(timed).toEqual([...rows]);
      }),
      { numRuns: 150 },
    );
  });

  test('finds every word of many, and reads one part of the blooms for one that is not there', async () => {
    const words = Array.from({ length: 60_000 }, (_, index) => `id${(index * 7919).toString(36)}`);
    const batch = batchOfStreams([lines(...words.map((word) => `session ${word} opened`))]);
    const encoded = new ColumnarEncoder().encode(batch, 1);
    const parts = encoded?.sections.filter(({ name }) => name.startsWith('bloom-')) ?? [];
    expect(parts.length).toBeGreaterThan(3);
    expect(Math.max(...parts.map(({ bytes }) => bytes.length))).toBeLessThan(24 * 1024);
    const read: string[] = [];
    const fresh = () =>
      openEncoded(batch, encoded ?? { sections: [] }, 'columnar@8', (name) => read.push(name));
    const reader = fresh();
    for (let at = 0; at < words.length; at += 997) {
      expect(await rowsOf(reader, words[at] ?? '')).toEqual([at]);
    }
    for (const word of ['absentword', 'qqabsent']) {
      read.length = 0;
      expect((await select(fresh(), word)).count).toBe(0);
      expect(read).toEqual([expect.stringMatching(/^bloom-/)]);
    }
  });

  test('finds words of lines with a stamp in their midst without decoding a line', async () => {
    const names = ['Payer', 'payee9', 'root', 'prepay', 'ape'];
    const texts = Array.from({ length: 400 }, (_, index) => {
      const time = new Date(Date.UTC(2026, 0, 10) + 1000 * index).toISOString();
      return `{"time":"${time}","user":"${names[(index * 7) % 5]}","n":${index}}`;
    });
    const batch = batchOfStreams([lines(...texts)]);
    const encoded = encoder.encode(batch, 1) ?? { sections: [] };
    const read: string[] = [];
    const fresh = () => openEncoded(batch, encoded, 'columnar@8', (name) => read.push(name));
    const wanted = { 'pay*': 2, '*pay*': 3, '*pay': 1, payee9: 1, 'p?yer': 1, prep: 0 };
    for (const [text, ofFive] of Object.entries(wanted)) {
      expect((await select(fresh(), text)).count).toBe(80 * ofFive);
    }
    expect(read).not.toContain('times');
    expect(read).not.toContain('lengths');
  });

  test('reads no times for an expression that begins behind the stamp, and for others does', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => {
      const time = new Date(Date.UTC(2026, 0, 10) + 1000 * index).toISOString().slice(0, 19);
      return `${time.replace('T', ' ')} exception ${index} of job`;
    });
    const batch = batchOfStreams([lines(...texts)]);
    const encoded = encoder.encode(batch, 1) ?? { sections: [] };
    const counted = async (text: string) => {
      const read: string[] = [];
      const reader = openEncoded(batch, encoded, 'columnar@8', (name) => read.push(name));
      const { count } = await select(reader, text);
      return { count, isTimeRead: read.includes('times') };
    };
    const [free, bound] = [{ isTimeRead: false }, { isTimeRead: true }];
    expect(await counted('/.*exception.*1[0-9] of.*/')).toEqual({ count: 30, ...free });
    expect(await counted('/exceptions? 29/')).toEqual({ count: 11, ...free });
    expect(await counted('/00:01:.*exception/')).toEqual({ count: 60, ...bound });
    expect(await counted('/[0-2] exception/')).toEqual({ count: 90, ...bound });
    expect(await counted('/0 exception/')).toEqual({ count: 30, ...bound });
  });

  test('tells the hosts of a few rows among many', async () => {
    const noise = (host: string) =>
      Array.from({ length: 300 }, (_, n) => `job ${n} of ${host} done`);
    const streams = ['a', 'b', 'c', 'd'].map((host) => ({
      ...lines(
        ...noise(host),
        `job 7 of ${host} lost${host === 'b' ? '' : ' again'}`,
        'odd\x01 one',
      ),
      source: { host },
    }));
    const batch = batchOfStreams(streams);
    const hosts = async (text: string, ...known: string[]) =>
      [...(await (await select(open(batch), text)).hosts(new Set(known)))].sort();
    expect(await hosts('again')).toEqual(['a', 'c', 'd']);
    expect(await hosts('again', 'c')).toEqual(['a', 'd']);
    expect(await hosts('lost AND NOT again')).toEqual(['b']);
    expect(await hosts('odd')).toEqual(['a', 'b', 'c', 'd']);
    expect(await hosts('job', 'a')).toEqual(['b', 'c', 'd']);
  });

  test('loads the rows that it is asked for', async () => {
    const batch = batchOfStreams([
      lines('a 1', 'b 22', 'a 333'),
      { rows: [Buffer.from('x')], mapped: true },
    ]);
    const matches = await select(open(batch), '*:*');
    const rows = await matches.load(Uint32Array.of(3, 0, 2));
    expect([3, 0, 2].map((at) => Buffer.from(rows.body(at)).toString())).toEqual([
      'x',
      'a 1',
      'a 333',
    ]);
    expect([0, 1, 2].map((at) => rows.offset(at))).toEqual([7, 11, 16]);
    expect(rows.sourceLength(3)).toBe(4);
    expect(() => rows.body(1)).toThrow('not loaded');
  });
});
