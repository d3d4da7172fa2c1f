/**
 * Which rules this instance judges. A rule is claimed by writing its state document; an owner that does
 * not answer any more has lost its rules, and one that cannot be asked loses them with their leases.
 */
import type { Subscription } from '@apiary/common/bus/bus.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { RULE_LEASE_MS, RULES_STARTING_MAX } from '@apiary/common/limits/alerts.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import type { RuleState } from './model.ts';
import { type Parts, PHEROMONE_ACTOR } from './parts.ts';
import { RuleLease } from './rule-lease.ts';
import { RuleRunner } from './rule-runner.ts';

interface Owned {
  readonly lease: RuleLease;
  readonly runner: RuleRunner;
}

/** See the file's head. */
export class Ownership {
  readonly #parts: Parts;
  readonly #owned = new Map<string, Owned>();
  readonly #waiting = new Set<string>();
  #working: Promise<void> | undefined;
  #cancelRenewal: () => void = () => undefined;
  #stops: (() => void)[] = [];
  #subscription: Subscription | undefined;
  #isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { context, rules, silences, agents, targets, liveness } = this.#parts;
    const changed = () => {
      for (const { runner } of this.#owned.values()) runner.changed();
    };
    this.#stops = [
      rules.onChange((id) => this.#look([id])),
      ...[silences.onChange(changed), agents.onChange(changed)],
      ...[targets.onChange(changed), liveness.onChange(changed)],
    ];
    this.#subscription = await context.bus.events.on('rules.released', () => this.#lookAtAll());
    this.#lookAtAll();
    this.#scheduleRenewal();
  }

  /** Gives all rules free. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelRenewal();
    for (const stop of this.#stops.splice(0)) stop();
    await this.#subscription?.cancel();
    await this.#working;
    const owned = [...this.#owned.values()];
    await Promise.all(
      owned.map(async ({ lease, runner }) => {
        await runner.stop({ endAlerts: false });
        await lease.release();
      }),
    );
    this.#owned.clear();
    const { bus, instance } = this.#parts.context;
    bus.events.emit('rules.released', { instance });
  }

  get count(): number {
    return this.#owned.size;
  }

  /** Resolves once every change that is known is acted on. */
  async settled(): Promise<void> {
    while (this.#working) await this.#working;
    await Promise.all([...this.#owned.values()].map(({ runner }) => runner.settled()));
  }

  /** The runner of a rule that is judged here; claims the rule where its owner is gone. */
  async runner(rule: string): Promise<RuleRunner | { readonly owner: string } | undefined> {
    await this.#working;
    const owned = this.#owned.get(rule);
    if (owned) return owned.runner;
    const state = await this.#parts.model.states.get(rule);
    if (!state) return undefined;
    const { owner } = state.document;
    if (owner !== '' && (await this.#isAlive(owner))) return { owner };
    this.#look([rule]);
    await this.#working;
    return this.#owned.get(rule)?.runner;
  }

  #lookAtAll(): void {
    this.#look([...this.#parts.rules.values()].map(({ id }) => id));
  }

  /** Acts on rules that may have changed, a few at a time. */
  #look(rules: readonly string[]): void {
    for (const rule of rules) this.#waiting.add(rule);
    if (this.#isStopped || this.#waiting.size === 0) return;
    this.#working ??= this.#workAll().finally(() => {
      this.#working = undefined;
      this.#parts.figures.rules.set(this.#owned.size);
      this.#look([]);
    });
  }

  async #workAll(): Promise<void> {
    const alive = new Map<string, Promise<boolean>>();
    const worker = async () => {
      for (const id of this.#waiting) {
        this.#waiting.delete(id);
        if (this.#isStopped) return;
        try {
          await this.#settleRule(id, alive);
        } catch (error) {
          const { code, message } = toAppError(error);
          this.#parts.context.log.warn({ rule: id, code, reason: message }, 'rule.not-started');
        }
      }
    };
    await Promise.all(Array.from({ length: RULES_STARTING_MAX }, worker));
  }

  async #settleRule(id: string, alive: Map<string, Promise<boolean>>): Promise<void> {
    const rule = this.#parts.rules.get(id);
    const owned = this.#owned.get(id);
    if (owned && rule && rule.updatedMs === owned.runner.rule.updatedMs) return;
    if (owned) {
      const isSame = rule?.enabled === true && judgedOf(rule) === judgedOf(owned.runner.rule);
      this.#owned.delete(id);
      await owned.runner.stop({ endAlerts: !isSame });
      if (isSame) await owned.lease.release();
      else await owned.lease.forget();
    }
    if (rule?.enabled) await this.#claim(rule, alive);
  }

  async #claim(rule: Rule, alive: Map<string, Promise<boolean>>): Promise<void> {
    const { model, context } = this.#parts;
    const stored = await model.states.get(rule.id);
    try {
      if (!stored) {
        this.#begin(rule, new RuleLease(this.#parts, await model.states.insert(this.#fresh(rule))));
        return;
      }
      const { owner, leaseUntilMs } = stored.document;
      const isHeld =
        owner !== '' && owner !== context.instance && leaseUntilMs > context.clock.now();
      if (isHeld) {
        const asked = alive.get(owner) ?? this.#isAlive(owner);
        alive.set(owner, asked);
        if (await asked) return;
      }
      const before =
        stored.document.judged === judgedOf(rule) ? stored.document : this.#fresh(rule);
      const mine = { ...before, owner: context.instance, leaseUntilMs: this.#leaseUntilMs() };
      const replaced = await model.states.replace(mine, stored.version);
      this.#begin(rule, new RuleLease(this.#parts, replaced));
    } catch (error) {
      const { code } = toAppError(error);
      // Another instance was quicker.
      if (code !== 'conflict' && code !== 'already-exists') throw error;
    }
  }

  #begin(rule: Rule, lease: RuleLease): void {
    const runner = new RuleRunner(this.#parts, rule, lease);
    this.#owned.set(rule.id, { lease, runner });
    runner.start();
  }

  #fresh(rule: Rule): RuleState {
    const { context } = this.#parts;
    return {
      id: rule.id,
      owner: context.instance,
      leaseUntilMs: this.#leaseUntilMs(),
      judged: judgedOf(rule),
      sinceMs: context.clock.now(),
      cursors: {},
      ...{ marks: [], alerts: [], ended: [], outbox: [], memory: [] },
      bundling: { told: [], waiting: [] },
    };
  }

  #leaseUntilMs(): number {
    return this.#parts.context.clock.now() + RULE_LEASE_MS;
  }

  async #isAlive(instance: string): Promise<boolean> {
    const { bus } = this.#parts.context;
    try {
      await callAction(bus, pheromoneActions.ping, {}, { actor: PHEROMONE_ACTOR, instance });
      return true;
    } catch (error) {
      return !(error instanceof AppError) || error.code !== 'component-missing';
    }
  }

  #scheduleRenewal(): void {
    this.#cancelRenewal = this.#parts.context.clock.after(RULE_LEASE_MS / 3, () => {
      this.#forgetLost();
      for (const { runner } of this.#owned.values()) runner.renew();
      const isMissing = [...this.#parts.rules.values()].some(
        ({ id, enabled }) => enabled && !this.#owned.has(id),
      );
      if (isMissing) this.#lookAtAll();
      this.#scheduleRenewal();
    });
  }

  #forgetLost(): void {
    for (const [id, { runner }] of this.#owned) if (runner.isOver) this.#owned.delete(id);
  }
}

/** What decides whether windows and alerts of a rule go on after a change. */
function judgedOf({ query, condition, groupBy }: Rule): string {
  return JSON.stringify([query, condition, groupBy]);
}
