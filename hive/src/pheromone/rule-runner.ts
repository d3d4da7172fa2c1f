/**
 * One rule at work: follows its queries, judges what comes in the order of the log, and writes what
 * happened with its place in the log in one document before anybody is told.
 */
import { toAppError } from '@apiary/common/errors.ts';
import {
  FEED_RETRY_MS,
  RULE_BACKLOG_MAX,
  RULE_FILL_DEADLINE_MS,
  RULE_OUTBOX_MAX,
} from '@apiary/common/limits/alerts.ts';
import { LIVE_OVERTAKEN_MS } from '@apiary/common/limits.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import type { StandAnswer } from '@apiary/common/messages/live.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { type Move, type Position, positionsOf } from '@apiary/common/standing/place.ts';
import type { SampleSource } from './conditions/condition.ts';
import type { FeedListener } from './feed.ts';
import { type Event, RuleJudge } from './judge.ts';
import { isDeadHost, type Parts, PHEROMONE_ACTOR } from './parts.ts';
import { type Stretch, stretchesSince } from './rebuild.ts';
import { isReported, reportsOf } from './reports.ts';
import type { RuleLease } from './rule-lease.ts';
import { RulePlaces } from './rule-places.ts';

/** See the file's head. */
export class RuleRunner {
  readonly rule: Rule;
  readonly #parts: Parts;
  readonly #lease: RuleLease;
  #judge: RuleJudge;
  readonly #places: RulePlaces;
  readonly #queries: readonly {
    readonly source: SampleSource;
    readonly id: string;
    readonly text: string;
  }[];
  #watermarkMs: number;
  /** True once the windows are what they were with the last owner. */
  #isRebuilt = false;
  #work: Promise<void> = Promise.resolve();
  #backlog = 0;
  #events: Event[] = [];
  #cancelTimer: () => void = () => undefined;
  readonly #cancelFollow: { query?: () => void; of?: () => void } = {};
  readonly #ending = new AbortController();
  #stopped = false;

  constructor(parts: Parts, rule: Rule, lease: RuleLease) {
    const { state } = lease;
    this.rule = rule;
    this.#parts = parts;
    this.#lease = lease;
    this.#watermarkMs = state.marks.at(-1)?.atMs ?? state.sinceMs;
    this.#queries = queriesOf(rule);
    this.#places = new RulePlaces(
      state.cursors,
      this.#queries.map(({ source }) => source),
    );
    this.#judge = this.#newJudge();
  }

  /** True once it was stopped or lost its rule. */
  get isOver(): boolean {
    return this.#stopped;
  }

  /** Follows the rule's queries from where the last owner was, once the windows are rebuilt. */
  start(): void {
    void this.#run(() => this.#reconcile());
    for (const { source, id, text } of this.#queries) {
      this.#parts.feed.follow(id, text, this.#listener(source));
    }
    this.changed();
  }

  /** Silences, agents or targets changed. */
  changed(): void {
    this.#run(async () => {
      const now = this.#parts.context.clock.now();
      if (isReported(this.rule.condition.type)) {
        this.#note(this.#judge.report(reportsOf(this.rule, this.#parts), now));
      }
      this.#note(this.#judge.tick(now));
      await this.#settle();
    });
  }

  /** Notes who has seen an alert; resolves once that is written. */
  async acknowledge(alert: string, by: string): Promise<void> {
    await this.#run(async () => {
      const now = this.#parts.context.clock.now();
      this.#note(this.#judge.withRecords(this.#judge.life.acknowledge(alert, by, now)));
      await this.#settle();
    });
  }

  /** Writes the place in the log and keeps the lease. */
  renew(): void {
    this.#run(() => this.#flush());
  }

  /** Ends it; `endAlerts`: the rule is no more, and neither are its alerts. Resolves once that is written. */
  async stop(options: { readonly endAlerts: boolean }): Promise<void> {
    this.#ending.abort();
    this.#cancelTimers();
    await this.#run(async () => {
      for (const { id } of this.#queries) this.#parts.feed.unfollow(id);
      if (options.endAlerts) {
        const now = this.#parts.context.clock.now();
        this.#note(this.#judge.withRecords(this.#judge.life.endAll(now)));
      }
      await this.#flush(options.endAlerts);
    });
    this.#stopped = true;
  }

  /** Ends it without another word: somebody else has the rule. */
  abandon(): void {
    this.#stopped = true;
    this.#ending.abort();
    for (const { id } of this.#queries) this.#parts.feed.unfollow(id);
    this.#cancelTimers();
  }

  #cancelTimers(): void {
    this.#cancelTimer();
    this.#cancelFollow.query?.();
    this.#cancelFollow.of?.();
  }

  /** Resolves once all that came until now is judged and written. */
  async settled(): Promise<void> {
    await this.#work;
  }

  #listener(source: SampleSource): FeedListener {
    const places = this.#places;
    // What is left out shows as a gap in what comes next.
    const take = (task: () => Promise<void>) => {
      if (this.#backlog < RULE_BACKLOG_MAX) void this.#run(task);
    };
    return {
      get place() {
        return places.get(source);
      },
      matched: (message) =>
        take(async () => {
          if (!this.#isRebuilt) return;
          await this.#move(source, places.byMatches(source, message), message.records);
        }),
      told: (answer, index) => take(() => this.#told(source, answer, index)),
      passed: (position) =>
        take(async () => {
          if (this.#isRebuilt) await this.#pass(source, [position]);
        }),
    };
  }

  async #told(source: SampleSource, answer: StandAnswer, index: number): Promise<void> {
    if (!this.#isRebuilt) await this.#rebuildOnce(answer);
    if (!this.#isRebuilt || this.#ending.signal.aborted) return;
    if (this.#places.begin(source, answer, index)) {
      await this.#follow(source, answer, index);
      // Where a rule begins is written at once: its windows are rebuilt from there.
      await this.#flush();
    } else if (this.#places.isBehind(source, positionsOf(answer, index))) {
      const { clock } = this.#parts.context;
      this.#cancelFollow[source]?.();
      this.#cancelFollow[source] = clock.after(LIVE_OVERTAKEN_MS, () => {
        void this.#run(() => this.#follow(source, answer, index));
      });
    } else await this.#follow(source, answer, index);
  }

  /** Judges all that an answer tells of and that did not come by itself. */
  async #follow(source: SampleSource, answer: StandAnswer, index: number): Promise<void> {
    // In order: what could not be fetched of an older stretch is not passed over for a newer one.
    const positions = positionsOf(answer, index).sort((a, b) => a.committed - b.committed);
    await this.#pass(source, positions);
    this.#places.caughtUp(source, answer, this.#lease.state.marks[0]);
  }

  /** One thing at a time, in order; a failure is told and the next one goes on. */
  #run(task: () => Promise<void>): Promise<void> {
    this.#backlog++;
    this.#work = this.#work.then(async () => {
      try {
        if (!this.#stopped) await task();
      } catch (error) {
        const { code, message } = toAppError(error);
        this.#parts.context.log.warn({ rule: this.rule.id, code, reason: message }, 'rule.failed');
      } finally {
        this.#backlog--;
      }
    });
    return this.#work;
  }

  async #move(source: SampleSource, move: Move, records: readonly LogRecord[]): Promise<void> {
    if (move.kind === 'stale') return;
    if (move.kind === 'gap') {
      this.#parts.figures.gaps.inc();
      const { instance, epoch, sequence } = move.to;
      await this.#fill(source, { instance, epoch, after: move.after, to: sequence });
    } else await this.#judgeAll(records, source);
    this.#places.move(source, move.to);
    if (this.#events.length > 0) await this.#settle();
  }

  /** A gap that cannot be filled leaves the place where it is: whatever comes next finds it again. */
  async #fill(source: SampleSource, stretch: Stretch): Promise<void> {
    try {
      for await (const records of this.#missed(source, stretch)) {
        await this.#judgeAll(records, source);
      }
    } catch (error) {
      const { clock } = this.#parts.context;
      this.#parts.feed.want(clock.now() + FEED_RETRY_MS);
      throw error;
    }
  }

  async #judgeAll(records: readonly LogRecord[], source: SampleSource): Promise<void> {
    const { context, figures } = this.#parts;
    figures.records.inc(records.length);
    for (const record of records) {
      this.#note(this.#judge.judge(record, source, context.clock.now()));
      // The cursor still stands before these, and the alerts tell themselves apart by their ids.
      if (this.#events.length >= RULE_OUTBOX_MAX / 2) await this.#flush();
    }
  }

  async #pass(source: SampleSource, positions: readonly Position[]): Promise<void> {
    for (const position of positions) {
      const move = this.#places.byPosition(source, position);
      await this.#move(source, move, []);
      if (move.kind !== 'stale') this.#places.passed(source, position);
    }
    const watermarkMs = this.#places.watermarkMs();
    if (watermarkMs === undefined || watermarkMs <= this.#watermarkMs) return;
    this.#watermarkMs = watermarkMs;
    this.#note(this.#judge.advance(watermarkMs, this.#parts.context.clock.now()));
    await this.#settle();
  }

  #note(events: readonly Event[]): void {
    for (const event of events) this.#events.push(event);
  }

  /** Writes what happened, if anything did, and sees to it that what comes due next is not forgotten. */
  async #settle(): Promise<void> {
    const isDue =
      (this.#lease.dueMs ?? Number.POSITIVE_INFINITY) <= this.#parts.context.clock.now();
    if (this.#events.length > 0 || isDue) await this.#flush();
    this.#schedule();
  }

  #schedule(): void {
    this.#cancelTimer();
    if (this.#stopped) return;
    const { context, feed } = this.#parts;
    const now = context.clock.now();
    const due = [this.#judge.life.dueMs(now), this.#lease.dueMs].filter((at) => at !== undefined);
    if (due.length > 0) {
      const dueMs = Math.min(...due);
      this.#cancelTimer = context.clock.after(Math.max(0, dueMs - now), () => this.changed());
    }
    const watermarkDueMs = this.#judge.dueMs;
    if (watermarkDueMs !== undefined && this.#queries.length > 0) feed.want(watermarkDueMs);
  }

  async #flush(isLast = false): Promise<void> {
    const events = this.#events.splice(0);
    try {
      const isLost = await this.#lease.write(this.rule, events, {
        cursors: this.#places.stored,
        watermarkMs: this.#watermarkMs,
        horizonMs: this.#judge.horizonMs,
        ...{ alerts: this.#judge.life.alerts, ended: this.#judge.life.ended },
        ...{ memory: this.#judge.memory, isLast },
      });
      if (isLost) this.abandon();
    } catch (error) {
      // Written again they are the same alerts and the same messages.
      this.#events = [...events, ...this.#events];
      this.#cancelTimer();
      this.#cancelTimer = this.#parts.context.clock.after(FEED_RETRY_MS, () => this.changed());
      throw error;
    }
  }

  /** Alerts as people see them may be one write behind the state where the last owner died. */
  async #reconcile(): Promise<void> {
    const { alerts: shown } = this.#parts.model;
    const now = this.#parts.context.clock.now();
    const alive = this.#judge.life.alerts;
    const stale = alive.map((alert) => ({ alert, kind: undefined, ended: false, atMs: now }));
    this.#note(this.#judge.withRecords(stale));
    const open = await shown.find({ rule: this.rule.id, state: ['pending', 'firing'] });
    for (const { document } of open) {
      if (alive.some(({ id }) => id === document.id)) continue;
      await shown.put({ ...document, state: 'resolved', resolvedMs: now, updatedMs: now });
    }
    await this.#flush();
  }

  /** Without its windows a rule could miss what began before: it waits for honeycomb. */
  async #rebuildOnce(answer: StandAnswer): Promise<void> {
    const { context, rebuilding, feed } = this.#parts;
    try {
      await rebuilding.run(() => this.#rebuild(answer));
      this.#isRebuilt = true;
    } catch (error) {
      const { code, message, retryable } = toAppError(error);
      context.log.warn({ rule: this.rule.id, code, reason: message }, 'rule.not-rebuilt');
      this.#judge = this.#newJudge();
      this.#isRebuilt = !retryable;
      if (retryable) feed.want(context.clock.now() + FEED_RETRY_MS);
    }
  }

  async #rebuild(answer: StandAnswer): Promise<void> {
    const [mark] = this.#lease.state.marks;
    if (!mark) return;
    for (const { source } of this.#queries) {
      const place = this.#places.get(source);
      for (const stretch of place ? stretchesSince(mark, place, answer) : []) {
        for await (const records of this.#missed(source, stretch)) {
          this.#judge.rebuild(records, source);
        }
      }
    }
  }

  #newJudge(): RuleJudge {
    const parts = this.#parts;
    const { state } = this.#lease;
    return new RuleJudge({
      rule: this.rule,
      quiet: {
        silences: { [Symbol.iterator]: () => parts.silences.values() },
        isDead: (host) => isDeadHost(parts, host),
      },
      sinceMs: state.marks[0]?.atMs ?? state.sinceMs,
      ...{ alerts: state.alerts, ended: state.ended, memory: state.memory },
    });
  }

  async *#missed(source: SampleSource, { instance, ...stretch }: Stretch) {
    const query = this.#queries.find((each) => each.source === source)?.text ?? '';
    const parts = streamAction(
      this.#parts.context.bus,
      honeycombActions.missed,
      { query, ...stretch },
      {
        actor: PHEROMONE_ACTOR,
        instance,
        deadlineMs: RULE_FILL_DEADLINE_MS,
        signal: this.#ending.signal,
      },
    );
    for await (const { records } of parts) yield records;
  }
}

function queriesOf({ id, query, condition }: Rule) {
  if (isReported(condition.type)) return [];
  const own = { source: 'query' as const, id: `rule-${id}`, text: query };
  if (condition.type !== 'ratio') return [own];
  return [own, { source: 'of' as const, id: `rule-${id}-of`, text: condition.of }];
}
