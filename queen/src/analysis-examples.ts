/** Examples of the routes about a result: a part of the OpenAPI document. */
import type { LogRecord } from '@apiary/common/record.ts';

/** The examples, around one record. */
export function analysisExamples(record: LogRecord) {
  const { time } = record;
  const range = { from: time - 60_000, to: time + 1 };
  const progress = { total: 1, read: 1 };
  const done = { ...progress, sampled: false, elapsedMs: 3, missing: [] };
  const span = { from: range.from, step: 60_001 };
  const text = 'upstream timed out while reading response header';
  return {
    fields: {
      body: { query: 'level:error', ...range, values: 1 },
      response: {
        ...done,
        fields: [
          {
            ...{ name: 'host', builtIn: true, kind: 'text' as const, records: 1 },
            ...{ distinct: 1, isExact: true, values: [{ value: record.host, count: 1 }] },
          },
        ],
        omitted: 0,
      },
    },
    series: {
      body: { query: 'level:error', ...range, buckets: 1, split: { field: 'host' } },
      response: {
        ...done,
        ...span,
        series: [{ kind: 'value' as const, value: record.host, total: 1, counts: [1] }],
      },
    },
    patterns: {
      body: { query: 'level:error', ...range, buckets: 1 },
      response: {
        ...done,
        ...span,
        patterns: [
          {
            ...{ id: 'c1d6f5a2b7e04938', text, query: `pattern:"${text}"`, count: 1, share: 1 },
            ...{ first: time, last: time, levels: { error: 1 }, hosts: 1, trend: [1] },
            ...{ slots: [], example: record.body },
          },
        ],
        omitted: 0,
        omittedLines: 0,
      },
    },
    context: {
      body: { id: record.id, time, before: 0, after: 0 },
      response: { records: [record], index: 0, missing: [] },
    },
  };
}
