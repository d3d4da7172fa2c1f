/** Alerts as people list and acknowledge them, and the end of those that nobody will ask for. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import { ALERTS_KEPT_MAX } from '@apiary/common/limits/alerts.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import type { Alert } from '@apiary/common/messages/alerts.ts';
import type { Ownership } from './ownership.ts';
import type { Parts } from './parts.ts';
import { RuleRunner } from './rule-runner.ts';

/** See the file's head. */
export class AlertList {
  readonly #parts: Parts;
  readonly #ownership: Ownership;

  constructor(parts: Parts, ownership: Ownership) {
    this.#parts = parts;
    this.#ownership = ownership;
  }

  /** The ones changed last first. */
  async list(request: {
    readonly state: 'active' | 'resolved' | 'all';
    readonly rule?: string | undefined;
    readonly limit: number;
  }): Promise<Alert[]> {
    const states = {
      active: ['pending', 'firing'],
      resolved: ['resolved'],
      all: ['pending', 'firing', 'resolved'],
    } as const;
    const { state, rule, limit } = request;
    const filter = { state: states[state], ...(rule === undefined ? {} : { rule }) };
    const found: Alert[] = [];
    for await (const { document } of eachDocument(this.#parts.model.alerts, filter)) {
      found.push(document);
    }
    return found.sort((a, b) => b.updatedMs - a.updatedMs).slice(0, limit);
  }

  /** Acknowledges, here or at the instance that judges the rule. @throws AppError `not-found`, … */
  async acknowledge(ids: readonly string[], actor: Actor): Promise<Alert[]> {
    const { alerts } = this.#parts.model;
    for (const id of ids) {
      const alert = await alerts.get(id);
      if (!alert) throw new AppError('not-found', `There is no alert ${id}.`);
      if (alert.document.state === 'resolved') continue;
      await this.#acknowledgeOne(alert.document, actor);
    }
    const after = await Promise.all(ids.map((id) => alerts.get(id)));
    return after.flatMap((each) => (each ? [each.document] : []));
  }

  /** Deletes the oldest alerts that have ended, when there are many more than are kept. */
  async prune(): Promise<void> {
    const { alerts } = this.#parts.model;
    const count = await alerts.count({ state: 'resolved' });
    if (count <= ALERTS_KEPT_MAX * 1.1) return;
    const ended: { readonly id: string; readonly updatedMs: number }[] = [];
    for await (const { document } of eachDocument(alerts, { state: 'resolved' })) {
      ended.push({ id: document.id, updatedMs: document.updatedMs });
    }
    ended.sort((a, b) => b.updatedMs - a.updatedMs);
    await Promise.all(ended.slice(ALERTS_KEPT_MAX).map(({ id }) => alerts.delete(id)));
  }

  async #acknowledgeOne({ id, rule }: Alert, actor: Actor): Promise<void> {
    const runner = await this.#ownership.runner(rule);
    if (runner instanceof RuleRunner) {
      await runner.acknowledge(id, actor.name);
      return;
    }
    if (!runner) throw new AppError('component-missing', `Nobody judges the rule ${rule} now.`);
    const { bus } = this.#parts.context;
    const options = { actor, instance: runner.owner };
    await callAction(bus, pheromoneActions.acknowledge, { alerts: [id] }, options);
  }
}
