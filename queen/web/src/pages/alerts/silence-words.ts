/** Silences in words: what they cover, when they come, and what is quiet now. */
import type { Rule, Silence } from '@apiary/common/messages/alerts.ts';
import { activeUntil, type Occurrence, type Recurrence } from '@apiary/common/time/recurrence.ts';
import { safeText } from '../../log-list/display.ts';
import { clockText, dateText, dayText, sameDay } from '../../log-list/time-text.ts';
import { durationWords } from '../../state/time-range.ts';

/** Days of the week as people here count them, with their numbers. */
export const WEEK = [
  [1, 'Mon'],
  [2, 'Tue'],
  [3, 'Wed'],
  [4, 'Thu'],
  [5, 'Fri'],
  [6, 'Sat'],
  [0, 'Sun'],
] as const;

/** `Failed logins, host web-*`: what a silence covers. */
export function coveredWords(silence: Silence, rules: readonly Rule[]): string {
  const rule = rules.find(({ id }) => id === silence.rule);
  const name = silence.rule === undefined ? 'All rules' : (rule?.name ?? silence.rule);
  const group = Object.entries(silence.group).map(([field, value]) => `${field} ${value}`);
  return safeText([name, ...group].join(', '));
}

/** `Mon to Fri at 02:00 for 90 minutes, Europe/Berlin`. */
export function recurrenceWords({ days, from, minutes, zone }: Recurrence): string {
  return safeText(`${daysWords(days)} at ${from} for ${durationWords(minutes * 60_000)}, ${zone}`);
}

/** `Fri 20 Nov, 02:00 to 03:30`, on this browser's clock. */
export function occurrenceWords({ fromMs, toMs }: Occurrence): string {
  const to = sameDay(fromMs, toMs) ? clockOf(toMs) : momentWords(toMs);
  return `${momentWords(fromMs)} to ${to}`;
}

/** `14:00`, or `Fri 20 Nov, 14:00` of another day. */
export function untilWords(ms: number, nowMs: number): string {
  return sameDay(ms, nowMs) ? clockOf(ms) : momentWords(ms);
}

/** A silence that is on, and until when. */
export interface QuietNow {
  readonly silence: Silence;
  readonly untilMs: number;
}

/** Those that are on now, the one that ends first first. */
export function quietNow(silences: readonly Silence[], nowMs: number): QuietNow[] {
  return silences
    .flatMap((silence) => {
      const untilMs = activeUntil(silence, nowMs);
      return untilMs === undefined ? [] : [{ silence, untilMs }];
    })
    .sort((a, b) => a.untilMs - b.untilMs);
}

/** What of a rule is quiet now: `quiet until 14:00`, or of which groups; undefined: nothing is. */
export function ruleQuietWords(rule: Rule, quiet: readonly QuietNow[], nowMs: number) {
  const own = quiet.filter(({ silence }) => concerns(silence, rule));
  const whole = own.filter(({ silence }) => Object.keys(silence.group).length === 0).at(-1);
  if (whole) return `quiet until ${untilWords(whole.untilMs, nowMs)}`;
  const [first, ...more] = own;
  if (!first) return undefined;
  const group = Object.entries(first.silence.group).map(([field, value]) => `${field} ${value}`);
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return safeText(`${group.join(', ')} quiet until ${untilWords(first.untilMs, nowMs)}${others}`);
}

/** A silence of a field that the rule has no groups by never meets its alerts. */
function concerns({ rule, group }: Silence, { id, groupBy }: Rule): boolean {
  if (rule !== undefined && rule !== id) return false;
  return Object.entries(group).every(([field, value]) => groupBy.includes(field) || value === '*');
}

function daysWords(days: readonly number[]): string {
  const names = WEEK.filter(([day]) => days.includes(day));
  const places = names.map((each) => WEEK.indexOf(each));
  const [first = 0] = places;
  const last = places.at(-1) ?? 0;
  if (names.length === WEEK.length) return 'every day';
  const isRow = last - first === names.length - 1;
  if (isRow && names.length > 2) return `${WEEK[first]?.[1]} to ${WEEK[last]?.[1]}`;
  return names.map(([, name]) => name).join(', ');
}

function momentWords(ms: number): string {
  return `${dayText(ms).slice(0, 3)} ${dateText(ms).slice(0, -5)}, ${clockOf(ms)}`;
}

function clockOf(ms: number): string {
  return clockText(ms).slice(0, 5);
}
