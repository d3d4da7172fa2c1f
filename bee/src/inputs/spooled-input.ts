/**
 * What inputs without a file have in common: one *producer* for each target, which appends to the target's
 * spool. A producer that cannot start, or that ends by itself, is tried again.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { INPUT_DROPS_TOLD_MS, INPUT_RETRY_MS } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { TargetSpec, TargetState } from '@apiary/common/messages/agent.ts';
import type { Spool } from '../spool/spool.ts';
import { codeOf, wordsOf } from '../system-error.ts';
import type { Allowance } from './file/open.ts';
import type { CheckAllowance, Input, InputContext, ListenTls } from './input.ts';
import type { ListenAllowance } from './listen-allowance.ts';

const REASON_LENGTH_MAX = 1024;

/** What a producer is given. */
export interface ProducerContext {
  readonly spec: TargetSpec;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Logger;
  readonly checks: CheckAllowance;
  /** Where it may listen. */
  readonly listen: ListenAllowance;
  readonly tls: ListenTls;
  /** What of the file system may be read. */
  readonly allowance: Allowance;
  /** Aborted when the target goes or the Bee stops. */
  readonly signal: AbortSignal;
  /** The producer works; says how many streams it covers, and what a person should know. */
  active(files: number, note?: string): void;
  /** The producer is of no use any more: it is stopped, and started again after a while. */
  failed(reason: string): void;
  /** Counts what could not be taken, and tells the Hive. */
  dropped(records: number, bytes: number, reason: string): void;
}

/** Something that runs until it is stopped. */
export interface Producer {
  stop(): Promise<void>;
}

/** Starts producing; rejects with words for a person if it cannot. */
export type StartProducer = (context: ProducerContext) => Promise<Producer>;

/** See the file's head. */
export class SpooledInput implements Input {
  readonly #context: InputContext;
  readonly #start: StartProducer;
  readonly #targets = new Map<string, SpooledTarget>();

  constructor(context: InputContext, start: StartProducer) {
    this.#context = context;
    this.#start = start;
  }

  async apply(targets: readonly TargetSpec[]): Promise<void> {
    const wanted = new Map(targets.map((spec) => [spec.id, spec]));
    const gone = [...this.#targets].filter(([id, { spec }]) => wanted.get(id)?.url !== spec.url);
    await Promise.all(gone.map(([, target]) => target.stop()));
    for (const [id] of gone) {
      this.#targets.delete(id);
      if (!wanted.has(id)) this.#context.spools.retire(id);
    }
    await Promise.all(
      targets.map(async (spec) => {
        const known = this.#targets.get(spec.id);
        if (known) {
          known.rename(spec);
          return;
        }
        const target = new SpooledTarget(spec, this.#context, this.#start);
        this.#targets.set(spec.id, target);
        await target.start();
      }),
    );
  }

  state(target: string): TargetState | undefined {
    return this.#targets.get(target)?.state;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#targets.values()].map((target) => target.stop()));
    this.#targets.clear();
  }
}

/** One target and its producer of the moment. */
class SpooledTarget {
  spec: TargetSpec;
  readonly #context: InputContext;
  readonly #start: StartProducer;
  readonly #stopped = new AbortController();
  #spool: Spool | undefined;
  #producer: Producer | undefined;
  #current: AbortController | undefined;
  #cancelRetry: (() => void) | undefined;
  #cancelTell: (() => void) | undefined;
  #dropped = 0;
  #state: TargetState = { state: 'waiting' };

  constructor(spec: TargetSpec, context: InputContext, start: StartProducer) {
    this.spec = spec;
    this.#context = context;
    this.#start = start;
  }

  get state(): TargetState {
    return this.#state;
  }

  /** Its tags may have changed. */
  rename(spec: TargetSpec): void {
    this.spec = spec;
    this.#spool?.own(spec);
  }

  async start(): Promise<void> {
    const current = new AbortController();
    this.#current = current;
    const { clock, log, checks, listen, tls, spools } = this.#context;
    try {
      const spool = await spools.open(this.spec, current.signal);
      this.#spool = spool;
      const producer = await this.#start({
        spec: this.spec,
        spool,
        clock,
        log,
        checks,
        listen,
        tls,
        allowance: this.#context,
        signal: current.signal,
        active: (files, note) => {
          if (current.signal.aborted) return;
          const reason = note === undefined ? {} : { reason: note.slice(0, REASON_LENGTH_MAX) };
          this.#tell({ state: 'active', files, ...reason });
        },
        failed: (reason) => this.#fail(current, reason),
        dropped: (records, bytes, reason) => this.#drop(records, bytes, reason),
      });
      if (current.signal.aborted) {
        await producer.stop();
        return;
      }
      this.#producer = producer;
      if (this.#state.state !== 'active') this.#tell({ state: 'active', files: 1 });
    } catch (error) {
      this.#fail(current, reasonFor(this.spec.url, error));
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#cancelRetry?.();
    this.#cancelTell?.();
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#current?.abort();
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.stop();
  }

  #fail(current: AbortController, reason: string): void {
    if (current.signal.aborted || this.#stopped.signal.aborted) return;
    this.#tell({ state: 'failed', reason: reason.slice(0, REASON_LENGTH_MAX), files: 0 });
    void this.#end();
    this.#cancelRetry = this.#context.clock.after(INPUT_RETRY_MS, () => void this.start());
  }

  #drop(records: number, bytes: number, reason: string): void {
    this.#dropped += records;
    this.#spool?.countLost(bytes);
    this.#cancelTell ??= this.#context.clock.after(INPUT_DROPS_TOLD_MS, () => {
      this.#cancelTell = undefined;
      const text = `${this.#dropped} records were dropped since the Bee started: ${reason}`;
      this.#context.log.warn({ target: this.spec.id, dropped: this.#dropped, reason }, 'dropped');
      this.#tell({ ...this.#state, reason: text.slice(0, REASON_LENGTH_MAX) });
    });
  }

  #tell(state: TargetState): void {
    const before = this.#state;
    this.#state = state;
    const isSame =
      before.state === state.state &&
      before.reason === state.reason &&
      before.files === state.files;
    if (!isSame) this.#context.onState(this.spec.id, state);
  }
}

function reasonFor(url: string, error: unknown): string {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') return `${url}: another program listens there already.`;
  if (code === 'EACCES') {
    return `${url}: permission denied. Ports below 1024 need root or the capability net_bind_service.`;
  }
  if (code === 'EADDRNOTAVAIL') return `${url}: this machine has no such address.`;
  return `${url}: ${wordsOf(error)}`;
}
