/** Which groups a record belongs to, and what conditions see of it. */
import { EVENT_TIME_SKEW_MS_MAX, GROUP_VALUE_CHARS_MAX } from '@apiary/common/limits/alerts.ts';
import { extractFieldValues } from '@apiary/common/query/fields.ts';
import type { LogRecord } from '@apiary/common/record.ts';

/** Field → value. */
export type Group = Readonly<Record<string, string>>;

/** The event time of a record: its own where it is near the time it was read, else that. */
export function eventTime({ time, observed }: Pick<LogRecord, 'time' | 'observed'>): number {
  return Math.abs(time - observed) <= EVENT_TIME_SKEW_MS_MAX ? time : observed;
}

/** The keys of the groups that a record belongs to: several where it bears several tags. */
export function groupKeys(record: LogRecord, fields: readonly string[]): string[] {
  if (fields.length === 0) return [''];
  let keys: string[][] = [[]];
  for (const field of fields) {
    const values = groupValues(record, field);
    keys = keys.flatMap((key) => values.map((value) => [...key, value]));
  }
  return keys.map((values) => JSON.stringify(values));
}

/** The group that a key stands for. */
export function groupOf(key: string, fields: readonly string[]): Group {
  if (key === '') return {};
  const values: unknown = JSON.parse(key);
  const list = Array.isArray(values) ? values : [];
  return Object.fromEntries(fields.map((field, index) => [field, String(list[index] ?? '')]));
}

/** The key of a group without a record: of an agent or a target. */
export function keyOf(values: readonly string[]): string {
  return JSON.stringify(values);
}

/** A field of a record: built in, or of its line. */
export function fieldValues(record: LogRecord, field: string): readonly string[] {
  switch (field) {
    case 'host':
    case 'agent':
    case 'target':
    case 'file':
    case 'body':
      return [record[field]];
    case 'tag':
    case 'tags':
      return record.tags;
    case 'level':
      return record.level === undefined ? [] : [record.level];
    default:
      return extractFieldValues(record.body, field);
  }
}

/** What lines of one kind have in common: numbers, ids and quoted text taken out. */
export function patternOf(body: string): string {
  return body
    .slice(0, 1024)
    .replace(/"[^"]*"|'[^']*'/g, '"…"')
    .replace(/[0-9a-f]{8,}(?:-[0-9a-f]{4,})*/gi, '#')
    .replace(/\d+/g, '#');
}

function groupValues(record: LogRecord, field: string): string[] {
  const values = fieldValues(record, field).map((value) => value.slice(0, GROUP_VALUE_CHARS_MAX));
  if (field === 'tag' || field === 'tags') return values.length > 0 ? [...values] : [''];
  return [values[0] ?? ''];
}
