/**
 * The life of a rule's alerts: pending → firing → resolved, acknowledged, told, told again, escalated,
 * quiet. Knows no bus and no store: it is given verdicts and the time, changes the alerts, and says what
 * happened. What it keeps is what the rule's state document keeps.
 */
import { createHash } from 'node:crypto';
import { RULE_ALERTS_MAX, RULE_ENDED_MAX } from '@apiary/common/limits/alerts.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import type { DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import { idText } from '@apiary/common/random.ts';
import type { Verdict } from './conditions/condition.ts';
import { groupOf } from './grouping.ts';
import type { LiveAlert } from './model.ts';
import { type QuietContext, quietOf, setQuiet } from './silences.ts';

/** Something that people are to be told, or that screens show. */
export interface Happening {
  readonly alert: LiveAlert;
  /** Undefined: nobody is told, only the alert as shown has changed. */
  readonly kind: DeliveryMessage['kind'] | undefined;
  /** Whom to tell beside the rule's own channels and users: an escalation's. */
  readonly step?: Rule['escalation'][number];
  readonly ended: boolean;
  readonly atMs: number;
}

/** See the file's head. */
export class AlertLife {
  readonly #rule: Rule;
  readonly #quiet: QuietContext;
  readonly #alerts = new Map<string, LiveAlert>();
  readonly #ended: string[];

  constructor(
    rule: Rule,
    quiet: QuietContext,
    kept: { readonly alerts: readonly LiveAlert[]; readonly ended: readonly string[] },
  ) {
    this.#rule = rule;
    this.#quiet = quiet;
    this.#ended = [...kept.ended];
    for (const alert of kept.alerts) this.#alerts.set(alert.key, structuredClone(alert));
  }

  get alerts(): readonly LiveAlert[] {
    return [...this.#alerts.values()];
  }

  get ended(): readonly string[] {
    return this.#ended;
  }

  find(id: string): LiveAlert | undefined {
    return this.alerts.find((alert) => alert.id === id);
  }

  /** Takes a verdict. */
  judge(verdict: Verdict, nowMs: number): Happening[] {
    const known = this.#alerts.get(verdict.group);
    if (!verdict.holds) return known ? this.#end(known, nowMs) : [];
    if (known) {
      known.lastMs = Math.max(known.lastMs, verdict.atMs);
      return [];
    }
    const id = alertId(this.#rule.id, verdict.group, verdict.first);
    if (this.#alerts.size >= RULE_ALERTS_MAX || this.#ended.includes(id)) return [];
    const alert: LiveAlert = {
      id,
      key: verdict.group,
      state: 'pending',
      startedMs: nowMs,
      lastMs: verdict.atMs,
      first: verdict.first,
      value: verdict.value,
      told: 0,
      escalated: 0,
    };
    this.#alerts.set(verdict.group, alert);
    if (this.#rule.forMs > 0) return [happening(alert, undefined, nowMs)];
    return this.#fire(alert, nowMs);
  }

  /** What has come due. */
  tick(nowMs: number): Happening[] {
    return this.alerts.flatMap((alert) => this.#tickOne(alert, nowMs));
  }

  /** When {@link tick} has something to do next. */
  dueMs(nowMs: number): number | undefined {
    const times = this.alerts.flatMap((alert) => this.#dueOf(alert, nowMs));
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
  }

  /** Notes who has seen it; a second time changes nothing. */
  acknowledge(id: string, by: string, nowMs: number): Happening[] {
    const alert = this.find(id);
    if (!alert || alert.acknowledgedMs !== undefined) return [];
    alert.acknowledgedBy = by;
    alert.acknowledgedMs = nowMs;
    return [this.#tell(alert, alert.told > 0 ? 'acknowledged' : undefined, nowMs)];
  }

  /** Ends all: the rule was removed or switched off. */
  endAll(nowMs: number): Happening[] {
    return this.alerts.flatMap((alert) => this.#end(alert, nowMs));
  }

  #tickOne(alert: LiveAlert, nowMs: number): Happening[] {
    if (alert.state === 'pending') {
      return nowMs >= alert.startedMs + this.#rule.forMs ? this.#fire(alert, nowMs) : [];
    }
    const quiet = this.#quietOf(alert, nowMs);
    const changed = setQuiet(alert, quiet);
    if (quiet) return changed ? [happening(alert, undefined, nowMs)] : [];
    if (alert.told === 0) return [this.#tell(alert, 'fired', nowMs)];
    const told = changed ? [happening(alert, undefined, nowMs)] : [];
    if (alert.acknowledgedMs !== undefined) return told;
    return [...told, ...this.#escalate(alert, nowMs), ...this.#repeat(alert, nowMs)];
  }

  #escalate(alert: LiveAlert, nowMs: number): Happening[] {
    const step = this.#rule.escalation[alert.escalated];
    if (!step || nowMs < (alert.firedMs ?? nowMs) + step.afterMs) return [];
    alert.escalated += 1;
    return [{ ...this.#tell(alert, 'escalated', nowMs), step }];
  }

  #repeat(alert: LiveAlert, nowMs: number): Happening[] {
    const { repeatMs } = this.#rule;
    if (repeatMs === 0 || nowMs < (alert.toldMs ?? nowMs) + repeatMs) return [];
    return [this.#tell(alert, 'repeated', nowMs)];
  }

  #dueOf(alert: LiveAlert, nowMs: number): number[] {
    if (alert.state === 'pending') return [alert.startedMs + this.#rule.forMs];
    const quiet = this.#quietOf(alert, nowMs);
    if (quiet) return quiet.untilMs === undefined ? [] : [quiet.untilMs];
    if (alert.told === 0 || alert.quiet !== undefined) return [nowMs];
    if (alert.acknowledgedMs !== undefined) return [];
    const { repeatMs, escalation } = this.#rule;
    const step = escalation[alert.escalated];
    return [
      ...(repeatMs > 0 && alert.toldMs !== undefined ? [alert.toldMs + repeatMs] : []),
      ...(step && alert.firedMs !== undefined ? [alert.firedMs + step.afterMs] : []),
    ];
  }

  #fire(alert: LiveAlert, nowMs: number): Happening[] {
    alert.state = 'firing';
    alert.firedMs = nowMs;
    const quiet = this.#quietOf(alert, nowMs);
    setQuiet(alert, quiet);
    if (quiet) return [happening(alert, undefined, nowMs)];
    return [this.#tell(alert, 'fired', nowMs)];
  }

  #end(alert: LiveAlert, nowMs: number): Happening[] {
    this.#alerts.delete(alert.key);
    if (alert.state === 'firing') {
      this.#ended.push(alert.id);
      if (this.#ended.length > RULE_ENDED_MAX) this.#ended.shift();
    }
    // Who never heard that it fired does not have to hear that it is over.
    const kind = alert.state === 'firing' && alert.told > 0 ? 'resolved' : undefined;
    return [{ ...this.#tell(alert, kind, nowMs), ended: true }];
  }

  #tell(alert: LiveAlert, kind: Happening['kind'], atMs: number): Happening {
    if (kind !== undefined) {
      alert.told += 1;
      if (kind !== 'acknowledged') alert.toldMs = atMs;
    }
    return happening(alert, kind, atMs);
  }

  #quietOf(alert: LiveAlert, nowMs: number) {
    return quietOf(this.#rule, groupOf(alert.key, this.#rule.groupBy), nowMs, this.#quiet);
  }
}

/** What it was at that moment: the alert goes on changing. */
function happening(alert: LiveAlert, kind: Happening['kind'], atMs: number): Happening {
  return { alert: { ...alert }, kind, ended: false, atMs };
}

/** The same rule, group and first record are the same alert, whoever finds it, however often. */
function alertId(rule: string, group: string, first: string): string {
  const hash = createHash('sha256').update(`${rule}\0${group}\0${first}`);
  return idText(hash.digest().subarray(0, 16));
}
