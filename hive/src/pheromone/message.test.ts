import { ruleSchema } from '@apiary/common/messages/alerts.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { describe, expect, test } from '@jest/globals';
import type { ValueCount } from './match-counts.ts';
import { messageOf } from './message.ts';

const AT = Date.UTC(2026, 10, 20, 12);
const record: LogRecord = {
  ...{ id: '00000000000000aa:7', time: AT, observed: AT, host: 'web-1', agent: 'a', target: 't' },
  ...{ file: '/var/log/app.log', tags: ['shop'], body: 'error {rule} code=17 user=ada' },
};

function message(
  over: object,
  group: Record<string, string> = { host: 'web-1' },
  counts: ValueCount[] = [],
) {
  const rule = ruleSchema.parse({
    id: 'errors',
    name: 'Errors',
    query: 'error OR "oh no"',
    condition: { type: 'count', count: 2, windowMs: 300_000 },
    ...{ createdMs: 0, createdBy: 'ada', updatedMs: 0, updatedBy: 'ada', ...over },
  });
  return messageOf({ rule, group, value: 12, startedMs: AT, records: [record], counts });
}

describe('messages', () => {
  test('say what happened where without a template', () => {
    expect(message({})).toMatchObject({
      title: 'Errors (host web-1): 12 matches in 5 min',
      text: '12 matches in 5 min',
      lines: [{ text: record.body, matching: true }],
    });
  });

  test('fill in fields of the group and of the last line; log text is no template', () => {
    const { title } = message({
      title: '{severity} on {host}: {code} by {user} {nothing}| {line}',
    });
    expect(title).toBe('warning on web-1: 17 by ada | error {rule} code=17 user=ada');
  });

  test('tell the counts of each value where there are several', () => {
    const counts = [
      { value: 'web-1', count: 30 },
      { value: 'web-2', count: 12 },
    ];
    expect(message({}, {}, counts).text).toBe('12 matches in 5 min\nhost: web-1 30, web-2 12');
    expect(message({}, {}, counts.slice(1)).text).toBe('12 matches in 5 min');
    expect(message({ text: 'on {counts}' }, {}, counts).text).toBe('on host: web-1 30, web-2 12');
    const many = Array.from({ length: 12 }, (_, i) => ({ value: `w${i}`, count: 20 - i }));
    const { text } = message({}, {}, [...many, { value: undefined, count: 4 }]);
    expect(text).toMatch(/ w9 11, others 23$/);
  });

  test('link to the search at that moment, with the group in the query', () => {
    const link = new URL(message({}, { host: 'web-1', code: 'a "b"' }).link, 'http://x');
    expect(link.pathname).toBe('/search');
    const query = link.searchParams.get('q') ?? '';
    expect(query).toContain('(error OR "oh no") AND host:');
    expect(parseQuery(query).ok).toBe(true);
    expect(Date.parse(link.searchParams.get('from') ?? '')).toBe(AT - 301_000);
    expect(Date.parse(link.searchParams.get('to') ?? '')).toBe(AT + 60_000);
  });
});
