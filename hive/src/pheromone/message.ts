/** What people read: titles, texts, lines and links of alerts. Log text is data here: nothing in it is a placeholder. */
import {
  ALERT_LINE_CHARS_MAX,
  ALERT_TEXT_CHARS_MAX,
  ALERT_TITLE_CHARS_MAX,
  COUNTED_VALUES_SHOWN,
  GROUP_VALUE_CHARS_MAX,
} from '@apiary/common/limits/alerts.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import type { AlertLine } from '@apiary/common/messages/delivery.ts';
import { formatFieldValue } from '@apiary/common/query/format.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { fieldValues, type Group } from './grouping.ts';
import type { ValueCount } from './match-counts.ts';

/** What a message is about. */
export interface MessageSubject {
  readonly rule: Rule;
  readonly group: Group;
  readonly value: number;
  readonly startedMs: number;
  /** Matches, oldest first. */
  readonly records: readonly LogRecord[];
  /** By value of the field that the rule counts by, most first. */
  readonly counts: readonly ValueCount[];
}

/** What people see of it. */
export interface MessageText {
  readonly title: string;
  readonly text: string;
  readonly lines: AlertLine[];
  readonly link: string;
}

/** Writes title, text, lines and link. */
export function messageOf(subject: MessageSubject): MessageText {
  const { rule, records } = subject;
  const title = fill(rule.title ?? '{rule}{in}: {what}', subject);
  const text = fill(rule.text ?? '{what}\n{counts}', subject).trim();
  return {
    title: oneLine(title).slice(0, ALERT_TITLE_CHARS_MAX),
    text: text.slice(0, ALERT_TEXT_CHARS_MAX),
    lines: records.map((record) => lineOf(record, true)),
    link: linkOf(subject),
  };
}

/** A record as an alert carries it. */
export function lineOf({ time, host, id, body }: LogRecord, matching: boolean): AlertLine {
  return { time, host, id, text: body.slice(0, ALERT_LINE_CHARS_MAX), matching };
}

/** A length of time as people say it: `90 s`, `5 min`, `2 h`. */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Number((seconds / 60).toFixed(1))} min`;
  return `${Number((seconds / 3600).toFixed(1))} h`;
}

/** A number without a tail of digits. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function fill(template: string, subject: MessageSubject): string {
  return template.replace(/\{([^{}]{1,256})\}/g, (_, name: string) => valueOfName(name, subject));
}

function valueOfName(name: string, subject: MessageSubject): string {
  const { rule, group, value, records } = subject;
  const last = records.at(-1);
  switch (name) {
    case 'rule':
      return rule.name;
    case 'severity':
      return rule.severity;
    case 'count':
    case 'value':
      return numberText(value);
    case 'window':
      return 'windowMs' in rule.condition ? durationText(rule.condition.windowMs) : '';
    case 'group':
      return groupText(group);
    case 'in':
      return Object.keys(group).length > 0 ? ` (${groupText(group)})` : '';
    case 'what':
      return whatHappened(rule, value);
    case 'counts':
      return countsText(subject);
    case 'line':
      return last?.body ?? '';
    default:
      return group[name] ?? (last ? (fieldValues(last, name)[0] ?? '') : '');
  }
}

/** `host: web-1 30, web-2 12, 4 more 9`; empty where all are of one value. */
function countsText({ rule: { countBy }, counts }: MessageSubject): string {
  if (counts.length < 2) return '';
  const named = counts.flatMap(({ value, count }) => (value === undefined ? [] : { value, count }));
  const shown = named
    .slice(0, COUNTED_VALUES_SHOWN)
    .map(({ value, count }) => `${oneLine(value).slice(0, GROUP_VALUE_CHARS_MAX)} ${count}`);
  const rest = counts.filter(
    (each) => !named.slice(0, COUNTED_VALUES_SHOWN).some(({ value }) => value === each.value),
  );
  const sum = rest.reduce((total, { count }) => total + count, 0);
  return `${countBy}: ${[...shown, ...(sum > 0 ? [`others ${sum}`] : [])].join(', ')}`;
}

function groupText(group: Group): string {
  return Object.entries(group)
    .map(([field, value]) => `${field} ${value === '' ? '(none)' : value}`)
    .join(', ');
}

function whatHappened({ condition, name }: Rule, value: number): string {
  const window = 'windowMs' in condition ? durationText(condition.windowMs) : '';
  const amount = numberText(value);
  switch (condition.type) {
    case 'count':
      return `${amount} ${value === 1 ? 'match' : 'matches'} in ${window}`;
    case 'rate':
      return condition.direction === 'up'
        ? `${amount} times as many matches as in the ${window} before`
        : `only ${amount} times as many matches as in the ${window} before`;
    case 'absence':
      return `no match for ${window}`;
    case 'first':
      return condition.field === undefined
        ? 'a kind of line that never came before'
        : `a value of ${condition.field} that never came before`;
    case 'threshold':
      return `${condition.field} is ${amount}, ${condition.direction} ${condition.value}`;
    case 'sustained':
      return `${condition.field} is ${amount}, ${condition.direction} ${condition.value} for ${window}`;
    case 'check':
      return value === 0 ? 'it flaps' : `bad ${amount} ${value === 1 ? 'time' : 'times'} in a row`;
    case 'ratio':
      return `${numberText(value * 100)} % of lines in ${window}, above ${numberText(condition.above * 100)} %`;
    case 'agent-dead':
      return 'its heartbeats stopped';
    case 'target-failed':
      return 'it cannot be watched';
    default:
      return name;
  }
}

/** The search at that moment, with the group as part of the query. */
function linkOf({ rule, group, startedMs, records }: MessageSubject): string {
  const clauses = Object.entries(group).flatMap(([field, value]) => {
    if (value === '') return [];
    const name = field === 'tags' ? 'tag' : field;
    return [formatFieldValue(name, value)];
  });
  const isAboutLines = rule.condition.type !== 'agent-dead';
  const own = rule.query.trim() === '' || !isAboutLines ? [] : [`(${rule.query})`];
  const windowMs = 'windowMs' in rule.condition ? rule.condition.windowMs : 60_000;
  const times = records.map(({ time }) => time);
  const fromMs = Math.min(startedMs - windowMs, ...times) - 1_000;
  const toMs = Math.max(startedMs, ...times) + 60_000;
  const parameters = new URLSearchParams({
    q: [...own, ...clauses].join(' AND '),
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  });
  const link = `/search?${parameters}`;
  return link.length <= 4096 ? link : '/search';
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
