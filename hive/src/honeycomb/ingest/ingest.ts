/** The write path: consume, judge, commit, ack, and hand on to search and standing queries. */
import type { Bus, Delivery, Subscription } from '@apiary/common/bus/bus.ts';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import type {
  AppendMessage,
  AppendOutcome,
  RunOutcome,
  Segment,
} from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { BLOCKS_PREFETCH, STORE_RETRY_MS_MAX, STORE_RETRY_MS_MIN } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { Holdings, TouchedRows } from '../holdings/holdings.ts';
import type { Figures } from '../metrics.ts';
import { Committer, type Waiting } from './committer.ts';
import type { IngestHealth } from './ingest-health.ts';
import type { Judge, Verdict } from './judge.ts';
import type { RateMeter } from './rate-meter.ts';
import type { Refusals } from './refusals.ts';
import type { StoredTeller } from './stored-teller.ts';
import type { Uncommitted } from './uncommitted.ts';

/** What ingest works with. */
export interface IngestContext {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly segment: Segment;
  readonly holdings: Holdings;
  readonly judge: Judge;
  readonly refusals: Refusals;
  readonly rate: RateMeter;
  readonly stored: StoredTeller;
  readonly figures: Figures;
  readonly health: IngestHealth;
  /** Told of each commit's rows; ingest waits for what it returns. */
  readonly onCommit: (touched: readonly TouchedRows[]) => Promise<void> | undefined;
  /** Told after data of an agent went to the quarantine. */
  readonly onQuarantined: (agent: string) => Promise<void>;
  /** Another process has the segment: nothing more can be stored. */
  readonly onLeaseLost: () => void;
}

/** See the file's head. */
export class Ingest {
  readonly #context: IngestContext;
  readonly #committer: Committer;
  #subscription: Subscription | undefined;
  #retryMs = STORE_RETRY_MS_MIN;
  #cancelRetry: () => void = () => undefined;
  /** Deliveries of an earlier subscription go back to the queue and come again. */
  #generation = 0;
  #pausing: Promise<void> = Promise.resolve();
  /** Deliveries about whose sender the store is being asked → since when, the oldest first. */
  readonly #judging = new Map<Promise<void>, number>();
  #stopped = false;

  constructor(context: IngestContext) {
    this.#context = context;
    this.#committer = new Committer(context.segment, context.clock, {
      committed: (batch, outcomes) => this.#committed(batch, outcomes),
      failed: (error) => this.#failed(error),
      late: (uncommitted) => this.#late(uncommitted),
    });
  }

  /** What has come and is not stored yet; undefined when there is nothing. */
  get uncommitted(): Uncommitted | undefined {
    const { uncommitted } = this.#committer;
    const [sinceMs] = this.#judging.values();
    if (sinceMs === undefined) return uncommitted;
    const messages = this.#judging.size + (uncommitted?.messages ?? 0);
    if (!uncommitted) return { step: 'asking about senders', messages, sinceMs };
    return { ...uncommitted, messages, sinceMs: Math.min(sinceMs, uncommitted.sinceMs) };
  }

  async start(): Promise<void> {
    const generation = ++this.#generation;
    const subscription = await this.#context.bus.consume(
      QUEUE.blocks,
      { prefetch: BLOCKS_PREFETCH },
      (delivery) => {
        if (generation === this.#generation && !this.#stopped) return this.#receive(delivery);
      },
    );
    if (this.#stopped) await subscription.cancel();
    else this.#subscription = subscription;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    await this.#pausing;
    await this.#committer.idle();
    await this.#subscription?.cancel();
  }

  /** Resolves once everything that was judged until now is committed, or goes elsewhere. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#judging.keys());
    await this.#committer.flushed();
  }

  /** Commits messages that came by another way than the queue. @throws AppError `store-full`, `lease-lost` */
  async append(messages: readonly AppendMessage[]): Promise<AppendOutcome[]> {
    const answers = messages.map((message) => {
      const answer = Promise.withResolvers<AppendOutcome>();
      this.#committer.add({ message, rawBytes: rawBytesOf(message), answer });
      return answer.promise;
    });
    return await Promise.all(answers);
  }

  #receive(delivery: Delivery): void | Promise<void> {
    const verdict = this.#context.judge.judge(delivery);
    if (!(verdict instanceof Promise)) return this.#act(delivery, verdict);
    const generation = this.#generation;
    const acting = verdict.then(
      (late) => (generation === this.#generation ? this.#act(delivery, late) : undefined),
      (error) => {
        // The first of those that the store did not answer sends all of them back to the queue.
        if (generation === this.#generation) this.#failed(error);
      },
    );
    this.#judging.set(acting, this.#context.clock.now());
    return acting.finally(() => this.#judging.delete(acting));
  }

  #act(delivery: Delivery, verdict: Verdict): void | Promise<void> {
    const { refusals, log } = this.#context;
    switch (verdict.kind) {
      case 'accepted':
        this.#accept(delivery, verdict.messages);
        return;
      case 'quarantine':
        return refusals
          .quarantine(delivery, verdict.agent, verdict.reason)
          .then(() => this.#context.onQuarantined(verdict.agent));
      case 'dead':
        log.warn({ agent: verdict.agent, reason: verdict.reason }, 'message-dead');
        return refusals.deadLetter(delivery, verdict.agent, verdict.reason);
    }
  }

  #accept(delivery: Delivery, messages: readonly AppendMessage[]): void {
    // Acked once all of its parts are settled.
    let left = messages.length;
    const ack = () => {
      if (--left === 0) delivery.ack();
    };
    const part = messages.length === 1 ? delivery : { ...delivery, ack };
    for (const message of messages) {
      this.#committer.add({ delivery: part, message, rawBytes: rawBytesOf(message) });
    }
  }

  #committed(
    batch: readonly Waiting[],
    outcomes: readonly AppendOutcome[],
  ): Promise<void> | undefined {
    const { figures, holdings, stored, health, onCommit } = this.#context;
    health.committed(oldestOf(batch));
    stored.add(outcomes);
    this.#retryMs = STORE_RETRY_MS_MIN;
    figures.add('commits');
    figures.add('messages', batch.length);
    const touched: TouchedRows[] = [];
    for (const [index, waiting] of batch.entries()) {
      const outcome = outcomes[index];
      if (!outcome) continue;
      this.#settle(waiting, outcome);
      this.#count(waiting, outcome);
      const rows = holdings.commit(waiting.message, outcome);
      if (rows) touched.push(rows);
    }
    return touched.length > 0 ? onCommit(touched) : undefined;
  }

  #settle({ delivery, message, answer }: Waiting, outcome: AppendOutcome): void {
    answer?.resolve(outcome);
    if (!delivery) return;
    const index = outcome.runs.findIndex((run) => run.kind === 'differs');
    const refused = outcome.runs[index];
    if (refused?.kind !== 'differs') {
      delivery.ack();
      return;
    }
    const { refusals, log } = this.#context;
    const { agent } = message.message;
    const generation = message.message.runs[index]?.generation;
    const reason = `run-differs: generation ${generation}, bytes ${refused.from} to ${refused.to}`;
    log.warn({ agent, reason }, 'message-dead');
    refusals.deadLetter(delivery, agent, reason).catch((error: unknown) => {
      log.warn({ agent, error: toAppError(error).message }, 'dead-letter-failed');
    });
  }

  #count({ message }: Waiting, outcome: AppendOutcome): void {
    const { figures, rate } = this.#context;
    let records = 0;
    let bytes = 0;
    for (const [index, run] of outcome.runs.entries()) {
      const sent = message.message.runs[index];
      const stored = storedOf(run);
      records += stored.records;
      bytes += stored.bytes;
      if (sent && run.kind !== 'differs') {
        figures.add('duplicateBytes', sent.to - sent.from - stored.bytes);
      }
    }
    figures.add('records', records);
    figures.add('rawBytes', bytes);
    rate.add(records, bytes);
  }

  #late({ step, messages, sinceMs }: Uncommitted): void {
    const { clock, log } = this.#context;
    log.warn({ step, messages, oldestMs: clock.now() - sinceMs }, 'commit-late');
  }

  /** Nothing was stored: what is not acked goes back to the queue, and is asked for again later. */
  #failed(error: unknown): void {
    const { code, message } = toAppError(error);
    const { figures, health, log, onLeaseLost } = this.#context;
    if (code === 'lease-lost') onLeaseLost();
    if (code === 'store-full') figures.add('storeFull');
    health.stoppedBy(message);
    log.error({ code, error: message, retryMs: this.#retryMs }, 'commit-failed');
    this.#generation++;
    const subscription = this.#subscription;
    this.#subscription = undefined;
    this.#pausing = (async () => {
      await subscription?.cancel();
    })().catch(() => undefined);
    this.#cancelRetry = this.#context.clock.after(this.#retryMs, () => void this.#resume());
    this.#retryMs = Math.min(this.#retryMs * 2, STORE_RETRY_MS_MAX);
  }

  async #resume(): Promise<void> {
    try {
      await this.#pausing;
      if (!this.#stopped) await this.start();
    } catch (error) {
      this.#failed(error);
    }
  }
}

function rawBytesOf({ message }: AppendMessage): number {
  return message.runs.reduce((sum, run) => sum + run.data.length, 0);
}

/** When the oldest line of a batch was read; history is old by nature, and no lag. */
function oldestOf(batch: readonly Waiting[]): number {
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const { message } of batch) {
    for (const { observed, history } of message.message.runs) {
      if (!history && observed < oldestMs) oldestMs = observed;
    }
  }
  return oldestMs;
}

function storedOf(outcome: RunOutcome): { readonly records: number; readonly bytes: number } {
  if (outcome.kind !== 'stored') return { records: 0, bytes: 0 };
  return {
    records: outcome.pieces.reduce((sum, piece) => sum + piece.sourceLengths.length, 0),
    bytes: outcome.pieces.reduce((sum, piece) => sum + piece.to - piece.from, 0),
  };
}
