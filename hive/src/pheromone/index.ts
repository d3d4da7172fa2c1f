/**
 * pheromone: judges alert rules over standing queries and hands what happens to sting. It alone writes
 * `rules`, `alerts`, `silences` and `rule-states`. Several share the rules; each rule has one owner.
 */
import type { Component, ComponentContext } from '@apiary/common/component.ts';
import { CachedCollection } from '@apiary/common/documents/cached-collection.ts';
import { AGENTS, LIVENESS, TARGETS } from '@apiary/common/documents/collections.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { ALERTS_PRUNE_INTERVAL_MS, RULES_STARTING_MAX } from '@apiary/common/limits/alerts.ts';
import { serveActions } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import { actionHandlers } from './actions.ts';
import { AlertList } from './alert-list.ts';
import { Feed } from './feed.ts';
import { Figures } from './figures.ts';
import { Gate } from './gate.ts';
import { openModel, RULES, SILENCES } from './model.ts';
import { Ownership } from './ownership.ts';
import { type Parts, PHEROMONE_ACTOR } from './parts.ts';
import { RuleBook } from './rule-book.ts';

/** Makes the component. */
export function createPheromone(context: ComponentContext): Component {
  return new Pheromone(context);
}

class Pheromone implements Component {
  readonly #context: ComponentContext;
  readonly #figures: Figures;
  /** What has to be undone, in the order in which it was done. */
  readonly #undo: (() => Promise<void> | void)[] = [];

  constructor(context: ComponentContext) {
    this.#context = context;
    this.#figures = new Figures(context.metrics);
  }

  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }

  async #start(): Promise<void> {
    const parts = await this.#openParts();
    const ownership = new Ownership(parts);
    const alerts = new AlertList(parts, ownership);
    const handlers = actionHandlers({ parts, ownership, alerts, book: new RuleBook(parts) });
    const { bus, instance } = this.#context;
    await parts.feed.start();
    this.#undo.push(() => parts.feed.stop());
    const address = { component: 'pheromone', instance };
    const served = await serveActions(bus, address, pheromoneActions, handlers);
    this.#undo.push(() => served.cancel());
    await ownership.start();
    this.#undo.push(() => ownership.stop());
    this.#schedulePruning(alerts);
  }

  async #openParts(): Promise<Parts> {
    const context = this.#context;
    const model = await openModel(context.documents);
    const keep = <T extends { close(): Promise<void> }>(cache: T): T => {
      this.#undo.push(() => cache.close());
      return cache;
    };
    return {
      context,
      model,
      feed: new Feed(context, PHEROMONE_ACTOR),
      figures: this.#figures,
      rebuilding: new Gate(RULES_STARTING_MAX),
      rules: keep(await CachedCollection.open(context, RULES)),
      silences: keep(await CachedCollection.open(context, SILENCES)),
      agents: keep(await CachedCollection.open(context, AGENTS)),
      targets: keep(await CachedCollection.open(context, TARGETS)),
      liveness: keep(await CachedCollection.open(context, LIVENESS)),
    };
  }

  #schedulePruning(alerts: AlertList): void {
    const { clock, log } = this.#context;
    let cancel: () => void = () => undefined;
    const schedule = () => {
      cancel = clock.after(ALERTS_PRUNE_INTERVAL_MS, () => {
        alerts
          .prune()
          .catch((error: unknown) => log.warn({ err: toAppError(error) }, 'alerts.not-pruned'));
        schedule();
      });
    };
    schedule();
    this.#undo.push(() => cancel());
  }
}
