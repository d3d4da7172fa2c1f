/**
 * agentmanager: greets Bees, keeps who is approved, and makes them watch what people want watched.
 * It alone writes `agents`, `targets`, `agent-sessions` and `quarantine-releases`.
 */
import type { Subscription } from '@apiary/common/bus/bus.ts';
import type { Component, ComponentContext } from '@apiary/common/component.ts';
import { CachedCollection } from '@apiary/common/documents/cached-collection.ts';
import { LIVENESS } from '@apiary/common/documents/collections.ts';
import { serveActions } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { Counter } from 'prom-client';
import { actionHandlers } from './actions.ts';
import { Commands } from './commands.ts';
import { Handshakes } from './handshakes.ts';
import { Inbox } from './inbox.ts';
import { Letters } from './letters.ts';
import { openModel } from './model.ts';
import type { Parts } from './parts.ts';
import { Quarantine } from './quarantine.ts';
import { Questions } from './questions.ts';
import { AgentRegistry } from './registry.ts';
import { Reports } from './reports.ts';
import { Targets } from './targets.ts';

/** Settings of agentmanager. */
export interface AgentManagerSettings {
  /** Ids of agents that are approved at their first handshake, such as `up`'s own Bee. */
  readonly approve?: readonly string[];
}

/** Makes the component. */
export function createAgentManager(
  context: ComponentContext,
  settings: AgentManagerSettings = {},
): Component {
  return new AgentManager(context, settings);
}

class AgentManager implements Component {
  readonly #context: ComponentContext;
  readonly #settings: AgentManagerSettings;
  readonly #messages: Counter<'type' | 'outcome'>;
  #parts: Parts | undefined;
  #inbox: Inbox | undefined;
  #quarantine: Quarantine | undefined;
  #served: Subscription | undefined;

  constructor(context: ComponentContext, settings: AgentManagerSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#messages = new Counter({
      name: 'apiary_agentmanager_messages_total',
      help: 'Messages from Bees by type and what became of them.',
      labelNames: ['type', 'outcome'],
      registers: [context.metrics.registry],
    });
  }

  async start(): Promise<void> {
    const context = this.#context;
    const model = await openModel(context.documents);
    const liveness = await CachedCollection.open(context, LIVENESS);
    const commands = new Commands(context, model);
    const parts: Parts = { context, model, liveness, commands, messages: this.#messages };
    this.#parts = parts;
    const quarantine = await Quarantine.open(parts, context.documents);
    this.#quarantine = quarantine;
    const registry = new AgentRegistry(parts, quarantine, this.#settings.approve ?? []);
    await registry.load();
    const questions = new Questions(parts);
    const receivers = { handshakes: new Handshakes(parts, registry), reports: new Reports(parts) };
    this.#inbox = new Inbox(parts, { ...receivers, questions });
    const targets = new Targets(parts);
    const letters = new Letters(context);
    const handlers = actionHandlers({ parts, registry, targets, quarantine, questions, letters });
    const address = { component: 'agentmanager', instance: context.instance };
    this.#served = await serveActions(context.bus, address, agentManagerActions, handlers);
    await this.#inbox.start();
  }

  async stop(): Promise<void> {
    await this.#served?.cancel();
    this.#parts?.commands.stop();
    await this.#quarantine?.stop();
    await this.#inbox?.stop();
    await this.#parts?.liveness.close();
    this.#served = undefined;
    this.#inbox = undefined;
    this.#parts = undefined;
  }
}
