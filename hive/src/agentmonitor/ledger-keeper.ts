/**
 * Keeps the ledgers: takes the Bees' part from their heartbeats and the honeycombs' from their events, asks
 * honeycomb once for each generation that is new, and raises an event for bytes that are missing or
 * stand still. Events may get lost, so honeycomb is asked again before anything is raised.
 */
import type { Subscription } from '@apiary/common/bus/bus.ts';
import type { ComponentContext } from '@apiary/common/component.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
  HOLDINGS_ASK_MS,
  HOLDINGS_GENERATIONS_MAX,
  HOLDINGS_RETRY_MS,
  LEDGER_EVENT_AGENTS_MAX,
  LEDGER_EVENT_INTERVAL_MS,
} from '@apiary/common/limits/ledger.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { type Agent, severalAgents } from '@apiary/common/messages/agent.ts';
import type { Heartbeat } from '@apiary/common/messages/control.ts';
import { EVENT_SCHEMAS } from '@apiary/common/messages/events.ts';
import type { AgentLedger } from '@apiary/common/messages/ledger.ts';
import { LedgerTable, type OwnedLine } from './ledger-table.ts';
import { LedgerTroubles } from './ledger-troubles.ts';

const ACTOR = {
  kind: 'component',
  id: 'agentmonitor',
  name: 'agentmonitor',
  role: 'system',
} as const;
/** The least pause between two looks at what stands still. */
const LOOK_MS_MIN = 1_000;

/** What a keeper is given. */
export interface LedgerKeeperOptions {
  readonly context: ComponentContext;
  /** The agent of an id, if it is known. */
  readonly agentOf: (id: string) => Agent | undefined;
  /** All agents that are called so. */
  readonly agentsNamed: (name: string) => readonly Agent[];
  readonly isAlive: (id: string) => boolean;
  /** Told how far the data of agents is behind, whenever their ledgers have changed. */
  readonly onLags: (lags: readonly (readonly [agent: string, bytes: number])[]) => void;
}

/** See the file's head. */
export class LedgerKeeper {
  readonly #options: LedgerKeeperOptions;
  readonly #table = new LedgerTable();
  readonly #troubles: LedgerTroubles;
  readonly #unasked = new Set<string>();
  readonly #ungreeted = new Set<string>();
  readonly #greeted = new Set<string>();
  readonly #changed = new Set<string>();
  #subscription: Subscription | undefined;
  #stopState: () => void = () => undefined;
  readonly #cancels = new Map<string, () => void>();
  #asking: Promise<void> | undefined;
  #stopped = false;

  constructor(options: LedgerKeeperOptions) {
    this.#options = options;
    const { context, agentOf, isAlive } = options;
    this.#troubles = new LedgerTroubles({ context, table: this.#table, agentOf, isAlive });
  }

  async start(): Promise<void> {
    const { bus, clock } = this.#options.context;
    this.#subscription = await bus.events.on('holdings.added', ({ body }) => {
      const event = EVENT_SCHEMAS['holdings.added'].safeParse(body);
      if (!event.success) return;
      for (const holding of event.data.holdings) {
        this.#touched(this.#table.hold(holding, clock.now(), 'added'));
      }
    });
    this.#stopState = bus.onState((state) => {
      if (state === 'connected') this.#askAgain();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopState();
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    await this.#subscription?.cancel();
    await this.#asking;
  }

  /** Takes the ledger's part of a heartbeat that was verified. */
  hear({ agent, ledger }: Heartbeat): void {
    if (this.#options.agentOf(agent)?.approval !== 'approved') return;
    const nowMs = this.#options.context.clock.now();
    if (ledger) {
      for (const owned of this.#table.report(agent, ledger, nowMs)) {
        this.#touched(owned);
        if (!owned.line.isHeldKnown) this.#ask(owned.line.entry.generation);
      }
      this.#announce(agent);
    }
    // It told its ledger to the one before us.
    if (!this.#table.isComplete(agent) && !this.#greeted.has(agent)) {
      this.#greeted.add(agent);
      this.#ungreeted.add(agent);
      this.#later('greet', HOLDINGS_ASK_MS, () => void this.#greet());
    }
  }

  /** Forgets an agent. */
  forget(agent: string): void {
    this.#table.forget(agent);
    this.#greeted.delete(agent);
  }

  /** An agent's ledger. @throws AppError `not-found`; `conflict` for a name that several have */
  view(word: string): AgentLedger {
    const { agentOf, agentsNamed, context } = this.#options;
    const byId = agentOf(word);
    const named = byId ? [byId] : agentsNamed(word);
    const [agent] = named;
    if (!agent) throw new AppError('not-found', `there is no agent ${word}`);
    if (named.length > 1) throw severalAgents(word, named);
    return this.#table.view(agent.id, agent.name, context.clock.now());
  }

  #touched(owned: OwnedLine | undefined): void {
    if (!owned) return;
    this.#troubles.touched(owned);
    this.#announce(owned.agent);
    this.#schedule(owned.line.dueMs);
  }

  #announce(agent: string): void {
    this.#changed.add(agent);
    this.#later('announce', LEDGER_EVENT_INTERVAL_MS, () => {
      const agents = [...this.#changed];
      this.#changed.clear();
      this.#options.onLags(agents.map((id) => [id, this.#table.lagOf(id)]));
      for (let at = 0; at < agents.length; at += LEDGER_EVENT_AGENTS_MAX) {
        const some = agents.slice(at, at + LEDGER_EVENT_AGENTS_MAX);
        this.#options.context.bus.events.emit('ledger.changed', { agents: some });
      }
    });
  }

  #ask(generation: string): void {
    this.#unasked.add(generation);
    this.#later('ask', HOLDINGS_ASK_MS, () => this.#askNow());
  }

  #askAgain(): void {
    for (const { line } of this.#table.lines()) {
      if (!line.isSettled) this.#ask(line.entry.generation);
    }
  }

  #askNow(): void {
    this.#asking ??= this.#askAll().finally(() => {
      this.#asking = undefined;
    });
  }

  async #askAll(): Promise<void> {
    const { bus, clock, log } = this.#options.context;
    while (this.#unasked.size > 0 && !this.#stopped) {
      const generations = [...this.#unasked].slice(0, HOLDINGS_GENERATIONS_MAX);
      try {
        const answer = await callAction(
          bus,
          honeycombActions.holdings,
          { generations },
          { actor: ACTOR },
        );
        for (const generation of generations) this.#unasked.delete(generation);
        for (const holding of answer.holdings) {
          this.#touched(this.#table.hold(holding, clock.now(), 'all'));
        }
      } catch (error) {
        log.debug({ code: toAppError(error).code }, 'holdings-not-read');
        this.#later('ask', HOLDINGS_RETRY_MS, () => this.#askNow());
        return;
      }
    }
  }

  async #greet(): Promise<void> {
    const agents = [...this.#ungreeted].slice(0, LEDGER_EVENT_AGENTS_MAX);
    for (const agent of agents) this.#ungreeted.delete(agent);
    if (this.#ungreeted.size > 0) {
      this.#later('greet', HOLDINGS_ASK_MS, () => void this.#greet());
    }
    const { bus, log } = this.#options.context;
    await callAction(bus, agentManagerActions.greet, { agents }, { actor: ACTOR }).catch(
      (error: unknown) => {
        // The Bee's own next handshake brings the same, a few minutes later.
        log.debug({ code: toAppError(error).code }, 'agents-not-greeted');
      },
    );
  }

  /** Looks at what stands still when the first of it is due. */
  #schedule(dueMs: number | undefined): void {
    if (dueMs === undefined) return;
    const delayMs = Math.max(LOOK_MS_MIN, dueMs - this.#options.context.clock.now());
    this.#later('look', delayMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock } = this.#options.context;
    const due = [...this.#table.lines()].filter(
      ({ line }) => (line.dueMs ?? Infinity) <= clock.now(),
    );
    for (const { line } of due) this.#unasked.add(line.entry.generation);
    this.#askNow();
    await this.#asking;
    if (this.#stopped) return;
    for (const owned of due) {
      const isAsked = !this.#unasked.has(owned.line.entry.generation);
      if (this.#troubles.raise(owned, isAsked)) this.#announce(owned.agent);
    }
    const next = [...this.#table.lines()].flatMap(({ line }) => line.dueMs ?? []);
    if (next.length > 0) this.#schedule(next.reduce((least, each) => Math.min(least, each)));
  }

  /** One timer for each purpose; one that is set already stays. */
  #later(purpose: string, delayMs: number, act: () => void): void {
    if (this.#stopped || this.#cancels.has(purpose)) return;
    const cancel = this.#options.context.clock.after(delayMs, () => {
      this.#cancels.delete(purpose);
      act();
    });
    this.#cancels.set(purpose, cancel);
  }
}
