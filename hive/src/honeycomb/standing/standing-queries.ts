/**
 * Standing queries: registered as documents with a lease, judged on each commit, their matches published as
 * they are committed, with watermarks while commits flow.
 */
import type { Bus } from '@apiary/common/bus/bus.ts';
import type { Segment } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import type { Collection, Documents } from '@apiary/common/documents/documents.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import { STANDING_QUERIES_MAX, WATERMARK_INTERVAL_MS } from '@apiary/common/limits.ts';
import type { StandingQuery } from '@apiary/common/messages/actions/honeycomb.ts';
import type { LiveWatermark } from '@apiary/common/messages/live.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import type { TouchedRows } from '../holdings.ts';
import type { Figures } from '../metrics.ts';
import { standingQueriesDefinition } from '../model.ts';
import { createPace } from '../search/pace.ts';
import { parseOrThrow } from '../search/search.ts';
import { type JudgedQuery, RowJudge } from './row-judge.ts';

/** What standing queries work with. */
export interface StandingContext {
  readonly bus: Bus;
  readonly documents: Documents;
  readonly clock: Clock;
  readonly segment: Segment;
  readonly figures: Figures;
}

/** Where an instance judges a query from. */
export interface StandingPosition {
  readonly instance: string;
  readonly epoch: number;
  readonly sequence: number;
}

interface Registered extends JudgedQuery {
  readonly text: string;
  leaseUntilMs: number;
}

/** See the file's head. */
export class StandingQueries {
  readonly #context: StandingContext;
  readonly #collection: Collection<StandingQuery>;
  readonly #queries = new Map<string, Registered>();
  #cancelSweep: (() => void) | undefined;
  #cancelWatermark: (() => void) | undefined;

  private constructor(context: StandingContext, collection: Collection<StandingQuery>) {
    this.#context = context;
    this.#collection = collection;
  }

  /** Opens the collection and takes up what is registered in it. */
  static async open(context: StandingContext): Promise<StandingQueries> {
    const collection = await context.documents.collection(standingQueriesDefinition);
    const standing = new StandingQueries(context, collection);
    for await (const { document } of eachDocument(collection)) await standing.#restore(document);
    standing.#armSweep();
    return standing;
  }

  get count(): number {
    return this.#queries.size;
  }

  /** Registers or renews. @throws AppError `query-syntax`, `too-many` */
  async stand(request: {
    readonly id: string;
    readonly query: string;
    readonly leaseMs: number;
    readonly recordsMax: number;
  }): Promise<StandingPosition> {
    const { id, query, leaseMs, recordsMax } = request;
    const compiled = compile(query, this.#context.clock.now());
    if (!this.#queries.has(id) && this.#queries.size >= STANDING_QUERIES_MAX) {
      throw new AppError('too-many', `${STANDING_QUERIES_MAX} standing queries are registered.`);
    }
    const leaseUntilMs = this.#context.clock.now() + leaseMs;
    await this.#collection.put({ id, query, leaseUntilMs, recordsMax });
    await this.#context.bus.live.open(id);
    const known = this.#queries.get(id);
    if (known?.text === query && known.recordsMax === recordsMax) {
      known.leaseUntilMs = leaseUntilMs;
    } else {
      const previous = known?.previous ?? 0;
      this.#queries.set(id, { id, text: query, leaseUntilMs, recordsMax, previous, ...compiled });
    }
    this.#armSweep();
    const { segment } = this.#context;
    return {
      instance: segment.instance,
      epoch: segment.epoch,
      sequence: segment.lastSequence(),
    };
  }

  /** True if it was registered. */
  async unstand(id: string): Promise<boolean> {
    const existed = this.#queries.delete(id);
    const stored = await this.#collection.delete(id);
    await this.#context.bus.live.close(id);
    return existed || stored;
  }

  /** Judges the rows of a commit and publishes what matches. */
  judge(touched: readonly TouchedRows[]): Promise<void> | undefined {
    if (this.#queries.size === 0) return undefined;
    return this.#judge(touched);
  }

  stop(): void {
    this.#cancelSweep?.();
    this.#cancelWatermark?.();
  }

  async #judge(touched: readonly TouchedRows[]): Promise<void> {
    const { bus, segment, figures } = this.#context;
    const judge = new RowJudge([...this.#queries.values()], segment);
    for (const { query, body } of await judge.run(touched, createPace())) {
      bus.live.publish(query, body);
      figures.add('liveMessages');
    }
    this.#cancelWatermark ??= this.#context.clock.after(WATERMARK_INTERVAL_MS, () =>
      this.#publishWatermarks(),
    );
  }

  #publishWatermarks(): void {
    this.#cancelWatermark = undefined;
    const { bus, segment, clock } = this.#context;
    for (const { id, previous } of this.#queries.values()) {
      const watermark: LiveWatermark = {
        type: 'watermark',
        query: id,
        instance: segment.instance,
        epoch: segment.epoch,
        sequence: previous,
        committed: segment.lastSequence(),
        atMs: clock.now(),
      };
      bus.live.publish(id, Buffer.from(JSON.stringify(watermark)));
    }
  }

  async #restore(document: StandingQuery): Promise<void> {
    const { id, query, leaseUntilMs, recordsMax } = document;
    if (leaseUntilMs <= this.#context.clock.now()) {
      await this.#collection.delete(id);
      return;
    }
    await this.#context.bus.live.open(id);
    const compiled = compile(query, this.#context.clock.now());
    this.#queries.set(id, { id, text: query, leaseUntilMs, recordsMax, previous: 0, ...compiled });
  }

  #armSweep(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    let first = Number.POSITIVE_INFINITY;
    for (const { leaseUntilMs } of this.#queries.values()) first = Math.min(first, leaseUntilMs);
    if (first === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(first - this.#context.clock.now(), 0) + 1;
    this.#cancelSweep = this.#context.clock.after(delayMs, () => this.#sweep());
  }

  #sweep(): void {
    const now = this.#context.clock.now();
    for (const { id, leaseUntilMs } of [...this.#queries.values()]) {
      // A document that cannot be deleted now is deleted at the next start.
      if (leaseUntilMs <= now) this.unstand(id).catch(() => undefined);
    }
    this.#armSweep();
  }
}

function compile(text: string, nowMs: number) {
  const query = parseOrThrow(text);
  return { query, matcher: compileMatcher(query, { nowMs }) };
}
