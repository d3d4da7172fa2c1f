/**
 * Runs a rule over stored lines, at the lines' own times, and says when it would have fired. The same
 * windows and the same life of alerts as live ones; only time passes as fast as lines can be read.
 */
import type { Bus } from '@apiary/common/bus/bus.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { TRY_ALERTS_MAX, TRY_DEADLINE_MS, TRY_RECORDS_MAX } from '@apiary/common/limits/alerts.ts';
import { SEARCH_LIMIT_MAX } from '@apiary/common/limits.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { TriedAlert } from '@apiary/common/messages/actions/pheromone.ts';
import type { Rule, RuleInput } from '@apiary/common/messages/alerts.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { SampleSource } from './conditions/condition.ts';
import { contextLines } from './context-lines.ts';
import { groupOf } from './grouping.ts';
import { type Event, RuleJudge } from './judge.ts';
import { RuleMeasure } from './measure.ts';
import { messageOf } from './message.ts';
import { PHEROMONE_ACTOR } from './parts.ts';
import { isReported } from './reports.ts';
import { checkRule } from './rule-book.ts';

const TRY_STEP_MS = 1_000;

/** What to try. Times in ms, `to` exclusive. */
export interface Trial {
  readonly rule: RuleInput;
  readonly from: number;
  readonly to: number;
}

interface Sourced {
  readonly record: LogRecord;
  readonly source: SampleSource;
}

/** @throws AppError `query-syntax`, `request-invalid`, or what a search throws */
export async function tryRule(bus: Bus, { rule: input, from, to }: Trial, signal: AbortSignal) {
  const checked = checkRule(input);
  if (isReported(checked.condition.type)) {
    throw new AppError('request-invalid', 'This condition is no matter of lines: nothing to try.');
  }
  const stamp = { createdMs: from, createdBy: '', updatedMs: from, updatedBy: '' };
  // Nobody is told, so nothing repeats and nothing is quiet.
  const rule: Rule = { ...checked, ...stamp, repeatMs: 0, escalation: [] };
  const trial = new RunningTrial(rule, from);
  const measure = new RuleMeasure(rule, { from, to });
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(TRY_DEADLINE_MS)]);
  let untilMs = to;
  let complete = true;
  try {
    for await (const { record, source } of merged(bus, rule, { from, to }, deadline)) {
      if (trial.isFull) {
        complete = false;
        untilMs = record.time;
        break;
      }
      trial.add(record, source);
      measure.add(record, source);
    }
  } catch (error) {
    if (signal.aborted || toAppError(error).code !== 'deadline-passed') throw error;
    complete = false;
    untilMs = trial.nowMs;
  }
  if (complete) trial.passTo(to);
  await trial.addContext(bus);
  const { alerts, examined } = trial;
  return { alerts, examined, complete, untilMs, measured: measure.result };
}

class RunningTrial {
  readonly alerts: TriedAlert[] = [];
  examined = 0;
  nowMs: number;
  #advancedMs: number;
  readonly #rule: Rule;
  readonly #judge: RuleJudge;
  readonly #open = new Map<string, TriedAlert>();
  /** What the latest alert was raised with. */
  #latest: readonly LogRecord[] = [];

  constructor(rule: Rule, fromMs: number) {
    this.#rule = rule;
    this.nowMs = fromMs;
    this.#advancedMs = fromMs;
    this.#judge = new RuleJudge({
      rule,
      quiet: { silences: [], isDead: () => false },
      sinceMs: fromMs,
      ...{ alerts: [], ended: [], memory: [] },
      timeOf: ({ time }) => time,
    });
  }

  get isFull(): boolean {
    return this.examined >= TRY_RECORDS_MAX || this.alerts.length >= TRY_ALERTS_MAX;
  }

  add(record: LogRecord, source: SampleSource): void {
    this.passTo(record.time);
    this.examined++;
    this.#note(this.#judge.judge(record, source, this.nowMs));
  }

  /** Lets time pass: what comes due on the way comes at its time. */
  passTo(untilMs: number): void {
    // Windows are looked at once a second of the lines' time: each look goes over all groups.
    if (untilMs - this.#advancedMs < TRY_STEP_MS) {
      this.nowMs = Math.max(untilMs, this.nowMs);
      return;
    }
    for (;;) {
      const dueMs = Math.min(
        this.#judge.dueMs ?? Number.POSITIVE_INFINITY,
        this.#judge.life.dueMs(this.nowMs) ?? Number.POSITIVE_INFINITY,
      );
      if (dueMs > untilMs || dueMs <= this.nowMs) break;
      this.#goTo(dueMs);
    }
    this.#goTo(Math.max(untilMs, this.nowMs));
  }

  /** The lines around the last match, of the latest alert alone: it is the one whose message is shown. */
  async addContext(bus: Bus): Promise<void> {
    const latest = this.alerts.at(-1);
    const { contextLines: count } = this.#rule;
    if (!latest || count === 0 || this.#latest.length === 0) return;
    const lines = await contextLines(bus, this.#latest, count);
    this.#replace(latest, { ...latest, lines });
  }

  #goTo(nowMs: number): void {
    this.nowMs = nowMs;
    this.#advancedMs = nowMs;
    this.#note(this.#judge.advance(nowMs, nowMs));
    this.#note(this.#judge.tick(nowMs));
  }

  #note(events: readonly Event[]): void {
    for (const { alert, ended, records, counts, atMs } of events) {
      const known = this.#open.get(alert.id);
      if (ended) {
        this.#open.delete(alert.id);
        if (known) this.#replace(known, { ...known, resolvedMs: atMs });
      } else if (!known && alert.state === 'firing') {
        const group = groupOf(alert.key, this.#rule.groupBy);
        const subject = { rule: this.#rule, group, records, counts, ...alert };
        const { title, text, lines, link } = messageOf(subject);
        const tried: TriedAlert = {
          ...{ group, title, text, lines, link, value: alert.value, startedMs: alert.startedMs },
          firedMs: atMs,
        };
        this.alerts.push(tried);
        this.#latest = records;
        this.#open.set(alert.id, tried);
      }
    }
  }

  #replace(before: TriedAlert, after: TriedAlert): void {
    this.alerts[this.alerts.indexOf(before)] = after;
  }
}

/** Matches of all of the rule's queries by time. */
async function* merged(
  bus: Bus,
  rule: Rule,
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): AsyncGenerator<Sourced> {
  const own = recordsOf(bus, rule.query, range, signal);
  if (rule.condition.type !== 'ratio') {
    for await (const record of own) yield { record, source: 'query' };
    return;
  }
  const other = recordsOf(bus, rule.condition.of, range, signal);
  let [a, b] = await Promise.all([own.next(), other.next()]);
  while (!a.done || !b.done) {
    if (!a.done && (b.done || a.value.time <= b.value.time)) {
      yield { record: a.value, source: 'query' };
      a = await own.next();
    } else if (!b.done) {
      yield { record: b.value, source: 'of' };
      b = await other.next();
    }
  }
}

async function* recordsOf(
  bus: Bus,
  query: string,
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): AsyncGenerator<LogRecord> {
  let cursor: string | undefined;
  do {
    const request = {
      ...{ query, ...range, order: 'oldest' as const, limit: SEARCH_LIMIT_MAX },
      ...(cursor === undefined ? {} : { cursor }),
    };
    const options = { actor: PHEROMONE_ACTOR, deadlineMs: TRY_DEADLINE_MS, signal };
    cursor = undefined;
    for await (const part of streamAction(bus, honeycombActions.search, request, options)) {
      if (part.type === 'records') yield* part.records;
      if (part.type === 'done') cursor = part.next;
    }
  } while (cursor !== undefined);
}
