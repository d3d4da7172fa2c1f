import type { QuietReason, Rule, Silence } from '@apiary/common/messages/alerts.ts';
import type { Group } from './grouping.ts';
import type { LiveAlert } from './model.ts';

const MINUTE_MS = 60_000;
const WEEK_MINUTES = 7 * 24 * 60;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Why nobody is told, and until when at least; undefined: until something changes. */
export interface Quiet {
  readonly reason: QuietReason;
  readonly untilMs: number | undefined;
}

/** What else may quiet an alert. */
export interface QuietContext {
  readonly silences: Iterable<Silence>;
  /** True for the name or id of an agent that is dead. */
  readonly isDead: (host: string) => boolean;
}

/** Why an alert of a rule is quiet now, if it is. */
export function quietOf(
  rule: Rule,
  group: Group,
  nowMs: number,
  { silences, isDead }: QuietContext,
): Quiet | undefined {
  for (const silence of silences) {
    if (!covers(silence, rule, group)) continue;
    const untilMs = activeUntil(silence, nowMs);
    if (untilMs !== undefined) {
      return { reason: silence.recurs ? 'maintenance' : 'silence', untilMs };
    }
  }
  const host = group.host ?? group.agent;
  const isAboutHosts = rule.condition.type === 'agent-dead';
  if (rule.quietWhenHostDead && !isAboutHosts && host !== undefined && isDead(host)) {
    return { reason: 'host-dead', untilMs: undefined };
  }
  return undefined;
}

/** Until when a silence is active; undefined when it is not. */
export function activeUntil(silence: Silence, nowMs: number): number | undefined {
  if (nowMs < silence.fromMs || nowMs >= silence.untilMs) return undefined;
  const { recurs } = silence;
  if (!recurs) return silence.untilMs;
  const now = minuteOfWeek(nowMs, recurs.zone);
  const [hours, minutes] = recurs.from.split(':').map(Number);
  for (const day of recurs.days) {
    const start = (day * 24 + (hours ?? 0)) * 60 + (minutes ?? 0);
    const passed = (now - start + WEEK_MINUTES) % WEEK_MINUTES;
    if (passed >= recurs.minutes) continue;
    const endMs = nowMs - (nowMs % MINUTE_MS) + (recurs.minutes - passed) * MINUTE_MS;
    return Math.min(endMs, silence.untilMs);
  }
  return undefined;
}

/** True if the zone is one that this machine knows. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}

/** What an alert's state says of being quiet; changes it. True if it changed. */
export function setQuiet(alert: LiveAlert, quiet: Quiet | undefined): boolean {
  if (alert.quiet === quiet?.reason) return false;
  if (quiet) alert.quiet = quiet.reason;
  else delete alert.quiet;
  return true;
}

function covers(silence: Silence, rule: Rule, group: Group): boolean {
  if (silence.rule !== undefined && silence.rule !== rule.id) return false;
  return Object.entries(silence.group).every(([field, pattern]) =>
    matchesGlob(pattern, group[field] ?? ''),
  );
}

/** `*` stands for any characters; the case does not count. Linear: each piece is looked for once. */
function matchesGlob(pattern: string, value: string): boolean {
  const pieces = pattern.toLowerCase().split('*');
  const text = value.toLowerCase();
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.endsWith(last) && text.length - last.length >= at;
}

function minuteOfWeek(nowMs: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  const day = DAYS.indexOf(parts.get('weekday') ?? '');
  return (day * 24 + Number(parts.get('hour'))) * 60 + Number(parts.get('minute'));
}
