/**
 * Judges one rule: records and watermarks go in, what happened to its alerts comes out. Holds the windows,
 * the alerts and the last lines; neither bus nor store. The same for live lines, for rebuilding after a
 * takeover, and for trying a rule on history.
 */
import { RULE_RECENT_RECORDS_MAX } from '@apiary/common/limits/alerts.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { Condition, SampleSource, Verdict } from './conditions/condition.ts';
import { createCondition } from './conditions/index.ts';
import { type Report, ReportedCondition } from './conditions/reported.ts';
import { eventTime, fieldValues, groupKeys, patternOf } from './grouping.ts';
import { AlertLife, type Happening } from './life.ts';
import { LastLines } from './lines.ts';
import { MatchCounts, type ValueCount } from './match-counts.ts';
import type { LiveAlert } from './model.ts';
import type { QuietContext } from './silences.ts';

/** What is known when judging begins. */
export interface JudgeStart {
  readonly rule: Rule;
  readonly quiet: QuietContext;
  readonly sinceMs: number;
  readonly alerts: readonly LiveAlert[];
  readonly ended: readonly string[];
  readonly memory: readonly string[];
  /** The event time of a record. Default: {@link eventTime}. */
  readonly timeOf?: (record: LogRecord) => number;
}

/** Something that happened, with the lines that belong to it at that moment. */
export interface Event extends Happening {
  readonly records: readonly LogRecord[];
  /** Matches by value of the field that the rule counts by. */
  readonly counts: readonly ValueCount[];
}

/** See the file's head. */
export class RuleJudge {
  readonly life: AlertLife;
  readonly #rule: Rule;
  readonly #condition: Condition;
  readonly #lines = new LastLines();
  readonly #counts: MatchCounts | undefined;
  readonly #timeOf: (record: LogRecord) => number;
  readonly #recent = { query: new Set<string>(), of: new Set<string>() };

  constructor({ rule, quiet, sinceMs, alerts, ended, memory, timeOf }: JudgeStart) {
    this.#rule = rule;
    this.#timeOf = timeOf ?? eventTime;
    this.#condition = createCondition(rule, { sinceMs, createdMs: rule.createdMs, memory });
    const { condition, countBy } = rule;
    if (countBy !== '' && 'windowMs' in condition) {
      this.#counts = new MatchCounts(condition.windowMs);
    }
    this.life = new AlertLife(rule, quiet, { alerts, ended });
    for (const { key, first, lastMs } of alerts) {
      this.#condition.restore({ group: key, first, lastMs });
    }
  }

  /** How far back matches matter. */
  get horizonMs(): number {
    return this.#condition.horizonMs;
  }

  /** When a watermark may change something. Looks at every group. */
  get dueMs(): number | undefined {
    return this.#condition.dueMs();
  }

  get memory(): readonly string[] {
    return this.#condition.memory() ?? [];
  }

  /** Puts matches into the windows of a rule that was judged up to them already. */
  rebuild(records: readonly LogRecord[], source: SampleSource): void {
    for (const record of records) this.#add(record, source);
    this.#condition.take();
  }

  /** Judges one match. */
  judge(record: LogRecord, source: SampleSource, nowMs: number): Event[] {
    this.#add(record, source);
    return this.#take(nowMs);
  }

  /** Everything up to then was judged. */
  advance(watermarkMs: number, nowMs: number): Event[] {
    this.#condition.advance(watermarkMs);
    return this.#take(nowMs);
  }

  /** What is so now, for conditions that are reported. */
  report(reports: readonly Report[], nowMs: number): Event[] {
    if (this.#condition instanceof ReportedCondition) this.#condition.report(reports, nowMs);
    return this.#take(nowMs);
  }

  /** What has come due by the clock alone: pending, repeats, escalations, the end of silences. */
  tick(nowMs: number): Event[] {
    return this.withRecords(this.life.tick(nowMs));
  }

  /** Adds the lines as they are now. */
  withRecords(happenings: readonly Happening[]): Event[] {
    return happenings.map((each) => ({
      ...each,
      records: this.#lines.of(each.alert.key),
      counts: this.#counts?.of(each.alert.key) ?? [],
    }));
  }

  #add(record: LogRecord, source: SampleSource): void {
    if (!this.#isNew(record.id, source)) return;
    const timeMs = this.#timeOf(record);
    const { field } = this.#condition;
    const values = this.#valuesOf(record, field);
    const counted = this.#counts && fieldValues(record, this.#rule.countBy)[0];
    for (const group of groupKeys(record, this.#rule.groupBy)) {
      this.#condition.add({ id: record.id, timeMs, group, values }, source);
      if (source === 'query') {
        this.#lines.add(group, record);
        if (counted !== undefined) this.#counts?.add(group, counted, timeMs);
      }
    }
  }

  #valuesOf(record: LogRecord, field: string | undefined): readonly string[] {
    if (field === undefined) return [];
    return field === '' ? [patternOf(record.body)] : fieldValues(record, field);
  }

  /** A record that grew comes again, and so may one at the edge of a gap. */
  #isNew(id: string, source: SampleSource): boolean {
    const recent = this.#recent[source];
    if (recent.has(id)) return false;
    recent.add(id);
    const [eldest] = recent;
    if (eldest !== undefined && recent.size > RULE_RECENT_RECORDS_MAX) recent.delete(eldest);
    return true;
  }

  #take(nowMs: number): Event[] {
    const verdicts: readonly Verdict[] = this.#condition.take();
    if (verdicts.length === 0) return [];
    return this.withRecords(verdicts.flatMap((verdict) => this.life.judge(verdict, nowMs)));
  }
}
