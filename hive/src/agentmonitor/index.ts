/**
 * agentmonitor: hears the Bees' heartbeats and says who is alive. Heartbeats stay in memory; it writes
 * `liveness`, which it alone writes, when somebody comes to life or dies.
 */
import type { Subscription } from '@apiary/common/bus/bus.ts';
import type { Component, ComponentContext } from '@apiary/common/component.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { serveActions } from '@apiary/common/messages/actions/action.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import type { Heartbeat } from '@apiary/common/messages/control.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import { Counter } from 'prom-client';
import { actionHandlers } from './actions.ts';
import { Heartbeats } from './heartbeats.ts';
import { LedgerKeeper } from './ledger-keeper.ts';
import { LifeTable } from './life-table.ts';
import { LivenessWriter } from './liveness-writer.ts';
import { type Model, openModel } from './model.ts';
import { TrafficTeller } from './traffic-teller.ts';
import { Watch } from './watch.ts';

/** Makes the component. */
export function createAgentMonitor(context: ComponentContext): Component {
  return new AgentMonitor(context);
}

interface Running {
  readonly model: Model;
  readonly table: LifeTable;
  readonly writer: LivenessWriter;
  readonly watch: Watch;
  readonly heartbeats: Heartbeats;
  readonly ledger: LedgerKeeper;
  readonly traffic: TrafficTeller;
  readonly stopForgetting: () => void;
  readonly served: Subscription;
}

class AgentMonitor implements Component {
  readonly #context: ComponentContext;
  readonly #counter: Counter<'outcome'>;
  #running: Running | undefined;

  constructor(context: ComponentContext) {
    this.#context = context;
    this.#counter = new Counter({
      name: 'apiary_agentmonitor_heartbeats_total',
      help: 'Heartbeats by what became of them.',
      labelNames: ['outcome'],
      registers: [context.metrics.registry],
    });
  }

  async start(): Promise<void> {
    const context = this.#context;
    const { bus, clock, log } = context;
    const model = await openModel(context);
    const table = new LifeTable();
    for await (const { document } of eachDocument(model.liveness)) {
      table.restore(document, clock.now());
    }
    const writer = new LivenessWriter(model.liveness, clock, log);
    const tell = (agent: string) => this.#tell(agent, { model, table, writer });
    const traffic = new TrafficTeller(context);
    const watch = new Watch(context, table, (agents) => {
      agents.forEach(tell);
      traffic.silence(agents);
    });
    const ledger = keepLedgers({ context, model, table, traffic });
    const stopForgetting = model.agents.onChange((id, agent) => {
      if (agent?.approval === 'approved') return;
      ledger.forget(id);
      traffic.forget(id);
    });
    const heard = (heartbeat: Heartbeat) => {
      const outcome = table.hear(heartbeat.agent, heartbeat, clock.now());
      if (outcome === 'revived') tell(heartbeat.agent);
      watch.schedule();
      ledger.hear(heartbeat);
      const isApproved = model.agents.get(heartbeat.agent)?.approval === 'approved';
      if (isApproved && outcome !== 'ignored') traffic.hear(heartbeat);
      return outcome;
    };
    const counter = this.#counter;
    const heartbeats = new Heartbeats({ context, model, counter, heard });
    const address = { component: 'agentmonitor', instance: context.instance };
    const served = await serveActions(
      bus,
      address,
      agentMonitorActions,
      actionHandlers(table, ledger, traffic),
    );
    const parts = { model, table, writer, watch, heartbeats, ledger, traffic };
    this.#running = { ...parts, stopForgetting, served };
    await ledger.start();
    await heartbeats.start();
    watch.start();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    await running.served.cancel();
    running.watch.stop();
    await running.heartbeats.stop();
    running.stopForgetting();
    await running.ledger.stop();
    running.traffic.stop();
    await running.writer.stop();
    await running.model.agents.close();
  }

  /** Stores and announces the state that an agent has now. */
  #tell(
    agent: string,
    { model, table, writer }: Pick<Running, 'model' | 'table' | 'writer'>,
  ): void {
    const life = table.get(agent);
    if (!life) return;
    writer.write(life);
    const name = model.agents.get(agent)?.name ?? agent;
    const event: EventBody<'agent.alive'> = { agent, name, atMs: life.sinceMs };
    this.#context.bus.events.emit(`agent.${life.state}`, event);
    this.#context.log.info({ agent, name }, `agent-${life.state}`);
  }
}

function keepLedgers(
  parts: Pick<Running, 'model' | 'table' | 'traffic'> & { readonly context: ComponentContext },
): LedgerKeeper {
  const { context, table, traffic } = parts;
  const { agents } = parts.model;
  return new LedgerKeeper({
    context,
    agentOf: (id) => agents.get(id),
    agentsNamed: (name) => [...agents.values()].filter((agent) => agent.name === name),
    isAlive: (id) => table.get(id)?.state === 'alive',
    onLags: (lags) =>
      traffic.setLags(lags.filter(([id]) => agents.get(id)?.approval === 'approved')),
  });
}
