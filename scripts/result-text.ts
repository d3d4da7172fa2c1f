/** What is told of a result, on a terminal. */
import type { FieldFacts, NumberFacts, Pattern } from '@apiary/common/messages/analysis.ts';
import { dayAndTime, table } from './terminal-text.ts';

/** How many of a field's values stand in its row. */
const VALUES_SHOWN = 3;
/** Characters of a value in a row. */
const VALUE_SHOWN = 30;

/** Fields, one a line, with the most frequent values. */
export function fieldsText(fields: readonly FieldFacts[]): string {
  const rows = fields.map((field) => [
    field.name,
    field.kind,
    String(field.records),
    distinctText(field),
    field.values
      .slice(0, VALUES_SHOWN)
      .map(({ value, count }) => `${shortened(value)} (${count})`)
      .join(', '),
  ]);
  return table([['FIELD', 'KIND', 'LINES', 'VALUES', 'MOST FREQUENT'], ...rows]);
}

/** One field: its values, one a line, and what its numbers are. */
export function fieldText(field: FieldFacts): string {
  const rows = field.values.map(({ value, count }) => [
    String(count),
    percent(field.records === 0 ? 0 : count / field.records),
    value,
  ]);
  const numbers = field.numbers ? `${numbersText(field.numbers)}\n` : '';
  const head = `${field.records} lines have it, ${distinctText(field)} values\n`;
  return `${head}${numbers}${table([['LINES', 'SHARE', 'VALUE'], ...rows])}`;
}

/** Patterns, one a line. */
export function patternsText(patterns: readonly Pattern[]): string {
  const rows = patterns.map(({ count, share, first, last, text }) => [
    ...[String(count), percent(share), dayAndTime(first), dayAndTime(last), text],
  ]);
  return table([['LINES', 'SHARE', 'FIRST', 'LAST', 'PATTERN'], ...rows]);
}

/** `12 lines`, and how many of them were read where that is not all. */
export function progressText(progress: {
  readonly total: number;
  readonly read: number;
  readonly sampled: boolean;
}): string {
  const { total, read, sampled } = progress;
  const lines = `${total} ${total === 1 ? 'line' : 'lines'}`;
  return sampled ? `${lines}, a sample: the newest ${read} were read` : lines;
}

function distinctText({ distinct, isExact }: FieldFacts): string {
  return isExact ? String(distinct) : `${distinct} or more`;
}

function numbersText({ min, avg, p50, p90, p95, p99, max, sum }: NumberFacts): string {
  const facts = { min, avg, p50, p90, p95, p99, max, sum };
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`)
    .join('  ');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function shortened(value: string): string {
  return value.length <= VALUE_SHOWN ? value : `${value.slice(0, VALUE_SHOWN - 1)}…`;
}
