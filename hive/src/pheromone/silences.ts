import type { QuietReason, Rule, Silence } from '@apiary/common/messages/alerts.ts';
import { activeUntil } from '@apiary/common/time/recurrence.ts';
import type { Group } from './grouping.ts';
import type { LiveAlert } from './model.ts';

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
