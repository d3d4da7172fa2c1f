/** Says when bytes are missing or stand still, once each: as an event, in the log, and in the ledger. */
import type { ComponentContext } from '@apiary/common/component.ts';
import { LEDGER_STUCK_MS } from '@apiary/common/limits/ledger.ts';
import type { Agent } from '@apiary/common/messages/agent.ts';
import type { EventBody, EventName } from '@apiary/common/messages/events.ts';
import type { LedgerProblem } from '@apiary/common/messages/ledger.ts';
import type { Stage } from './ledger-line.ts';
import type { LedgerTable, OwnedLine } from './ledger-table.ts';

const STUCK_REASONS: Readonly<Record<Stage, string>> = {
  reading:
    'the Bee sees them and does not read on. Its log on the host says why: the broker may refuse its messages.',
  confirming: 'the Bee has sent them and the broker confirms nothing: look at its memory and disk.',
  storing:
    'the broker has them and honeycomb does not store them: it is down, its store is full, or they are among the dead letters.',
};

/** What it is given. */
export interface LedgerTroublesOptions {
  readonly context: ComponentContext;
  readonly table: LedgerTable;
  readonly agentOf: (id: string) => Agent | undefined;
  readonly isAlive: (id: string) => boolean;
}

/** See the file's head. */
export class LedgerTroubles {
  readonly #options: LedgerTroublesOptions;

  constructor(options: LedgerTroublesOptions) {
    this.#options = options;
  }

  /** A line has changed: what the Bee lost is told, and a stop that is over. */
  touched(owned: OwnedLine): void {
    const { agent, line } = owned;
    const { table, context } = this.#options;
    const nowMs = context.clock.now();
    const lost = line.takeLost();
    if (lost > 0) {
      const reason = `${lost} bytes of ${line.entry.file} were truncated or deleted before the Bee could read them.`;
      this.#tell(owned, { kind: 'gap', bytes: lost, reason });
    }
    if (line.isToldStuck && !line.isStuck(nowMs)) {
      line.isToldStuck = false;
      table.endStop(agent, line.entry.generation, nowMs);
      this.#emit('ledger.moving', this.#body(owned, line.figures.lag));
    }
  }

  /**
   * A line is due: tells what is wrong with it, if it still is.
   *
   * @param isAsked honeycomb has just said what it holds; if not, no gap is told
   * @returns true if something was told
   */
  raise(owned: OwnedLine, isAsked: boolean): boolean {
    const { line, agent } = owned;
    const { context, isAlive } = this.#options;
    const nowMs = context.clock.now();
    const { lag, missing } = line.figures;
    let isTold = false;
    if (isAsked && line.isGap(nowMs) && missing > line.toldMissing) {
      const bytes = missing - line.toldMissing;
      line.toldMissing = missing;
      const reason = `${bytes} bytes of ${line.entry.file} were confirmed by the broker and are not stored, though later ones are: look among the dead letters.`;
      this.#tell(owned, { kind: 'gap', bytes, reason });
      isTold = true;
    }
    const { stage } = line;
    if (stage === undefined || line.isToldStuck || !line.isStuck(nowMs)) return isTold;
    // That a dead agent does not go on is told already, and without a broker nothing is heard of anybody.
    if (context.bus.state !== 'connected' || (stage !== 'storing' && !isAlive(agent))) {
      line.postpone(nowMs);
      return isTold;
    }
    line.isToldStuck = true;
    const reason = `${lag} bytes of ${line.entry.file} have waited for ${LEDGER_STUCK_MS / 1000} s: ${STUCK_REASONS[stage]}`;
    this.#tell(owned, { kind: 'stuck', bytes: lag, reason });
    return true;
  }

  #tell(owned: OwnedLine, what: Pick<LedgerProblem, 'kind' | 'bytes' | 'reason'>): void {
    const { agent, line } = owned;
    const { context, table } = this.#options;
    const { generation, file } = line.entry;
    const { kind, bytes, reason } = what;
    table.addProblem(agent, { ...what, generation, file, atMs: context.clock.now() });
    context.log.warn({ agent, file, generation, bytes, reason }, `ledger-${kind}`);
    const body = { ...this.#body(owned, bytes), reason };
    if (kind === 'gap') this.#emit('ledger.gap', body);
    else this.#emit('ledger.stuck', { ...body, sinceMs: line.movedMs });
  }

  #body({ agent, line }: OwnedLine, bytes: number): EventBody<'ledger.moving'> {
    const { generation, file } = line.entry;
    const name = this.#options.agentOf(agent)?.name ?? agent;
    return { agent, name, file, generation, bytes, atMs: this.#options.context.clock.now() };
  }

  #emit<N extends EventName>(name: N, body: EventBody<N>): void {
    this.#options.context.bus.events.emit(name, body);
  }
}
