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
import type { StandHere } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { GroupWatermark, LiveWatermark, StandPosition } from '@apiary/common/messages/live.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import type { TouchedRows } from '../holdings/holdings.ts';
import type { Figures } from '../metrics.ts';
import { standingQueriesDefinition } from '../model.ts';
import { createPace } from '../search/pace.ts';
import { parseOrThrow } from '../search/part-search.ts';
import { QueryIndex } from './query-index.ts';
import { type JudgedQuery, RowJudge } from './row-judge.ts';

/** What standing queries work with. */
export interface StandingContext {
  readonly bus: Bus;
  readonly documents: Documents;
  readonly clock: Clock;
  readonly segment: Segment;
  readonly figures: Figures;
}

interface Registration {
  readonly id: string;
  readonly query: string;
  readonly leaseMs: number;
  readonly recordsMax: number;
  readonly group: string | undefined;
  readonly isLead: boolean;
}

interface Registered extends JudgedQuery {
  readonly text: string;
  readonly group: string | undefined;
  leaseUntilMs: number;
  /** The lease as the store knows it. */
  storedUntilMs: number;
}

/** See the file's head. */
export class StandingQueries {
  readonly #context: StandingContext;
  readonly #collection: Collection<StandingQuery>;
  readonly #queries = new Map<string, Registered>();
  /** Made anew when a query comes or goes. */
  #index: QueryIndex<JudgedQuery> | undefined;
  /** Every commit up to this one was judged. */
  #judged: number;
  #cancelSweep: (() => void) | undefined;
  #cancelWatermark: (() => void) | undefined;

  private constructor(context: StandingContext, collection: Collection<StandingQuery>) {
    this.#context = context;
    this.#collection = collection;
    this.#judged = context.segment.lastSequence();
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

  /**
   * Registers or renews.
   *
   * @param isLead also in the store; else another honeycomb has just done so
   * @throws AppError `query-syntax`, `too-many`
   */
  async stand({ group, leaseMs, queries }: StandHere, isLead: boolean): Promise<StandPosition> {
    // Side by side, so that their documents share one write.
    await Promise.all(queries.map((each) => this.#register({ ...each, leaseMs, group, isLead })));
    this.#armSweep();
    const { segment, clock } = this.#context;
    return {
      instance: segment.instance,
      epoch: segment.epoch,
      committed: this.#judged,
      atMs: clock.now(),
      sequences: queries.map(({ id }) => this.#queries.get(id)?.previous ?? 0),
      isOver: false,
    };
  }

  /** Forgets it here and in the store; true if it was registered. */
  async unstand(id: string): Promise<boolean> {
    const isKnown = await this.forget(id);
    const isStored = await this.#collection.delete(id);
    return isKnown || isStored;
  }

  /** Forgets it here; true if it was registered here. */
  async forget(id: string): Promise<boolean> {
    const known = this.#queries.get(id);
    if (!known) return false;
    this.#queries.delete(id);
    this.#index = undefined;
    const { exchange } = known;
    const isShared = [...this.#queries.values()].some((other) => other.exchange === exchange);
    if (!isShared) await this.#context.bus.live.close(exchange);
    return true;
  }

  /** Judges the rows of a commit and publishes what matches. */
  judge(touched: readonly TouchedRows[]): Promise<void> | undefined {
    if (this.#queries.size > 0) return this.#judge(touched);
    this.#judged = this.#context.segment.lastSequence();
    return undefined;
  }

  stop(): void {
    this.#cancelSweep?.();
    this.#cancelWatermark?.();
  }

  async #judge(touched: readonly TouchedRows[]): Promise<void> {
    const { bus, segment, figures } = this.#context;
    this.#index ??= new QueryIndex<JudgedQuery>(this.#queries.values());
    // No commit follows before this one is judged.
    const committed = segment.lastSequence();
    const judge = new RowJudge(this.#index, segment);
    for (const { exchange, body } of await judge.run(touched, createPace())) {
      bus.live.publish(exchange, body);
      figures.add('liveMessages');
    }
    this.#judged = committed;
    this.#cancelWatermark ??= this.#context.clock.after(WATERMARK_INTERVAL_MS, () =>
      this.#publishWatermarks(),
    );
  }

  #publishWatermarks(): void {
    this.#cancelWatermark = undefined;
    const { bus, segment, clock } = this.#context;
    const { instance, epoch } = segment;
    const position = { instance, epoch, committed: this.#judged, atMs: clock.now() };
    const groups = new Map<string, Record<string, number>>();
    for (const { id, previous, group } of this.#queries.values()) {
      if (group !== undefined) {
        const sequences = groups.get(group) ?? {};
        sequences[id] = previous;
        groups.set(group, sequences);
        continue;
      }
      const watermark: LiveWatermark = {
        type: 'watermark',
        query: id,
        sequence: previous,
        ...position,
      };
      bus.live.publish(id, Buffer.from(JSON.stringify(watermark)));
    }
    for (const [group, sequences] of groups) {
      const watermark: GroupWatermark = { type: 'group-watermark', ...position, sequences };
      bus.live.publish(group, Buffer.from(JSON.stringify(watermark)));
    }
  }

  async #register({ id, query, leaseMs, recordsMax, group, isLead }: Registration): Promise<void> {
    const { clock, bus, segment } = this.#context;
    const exchange = group ?? id;
    const now = clock.now();
    const leaseUntilMs = now + leaseMs;
    const known = this.#queries.get(id);
    if (known?.text === query && known.recordsMax === recordsMax && known.group === group) {
      known.leaseUntilMs = leaseUntilMs;
      // A renewal is written when the stored one is half used up: a thousand rules renew often.
      if (isLead && known.storedUntilMs - now < leaseMs / 2) {
        known.storedUntilMs = leaseUntilMs;
        await this.#put({ id, query, leaseUntilMs, recordsMax }, group);
      }
      await bus.live.open(exchange);
      return;
    }
    const compiled = compile(query, now);
    if (!known && this.#queries.size >= STANDING_QUERIES_MAX) {
      throw new AppError('too-many', `${STANDING_QUERIES_MAX} standing queries are registered.`);
    }
    if (isLead) await this.#put({ id, query, leaseUntilMs, recordsMax }, group);
    await bus.live.open(exchange);
    // What it has not judged looks like a message that the listener did not get.
    const previous = segment.lastSequence();
    this.#queries.set(id, {
      ...{ id, exchange, group, text: query, recordsMax, previous, ...compiled },
      leaseUntilMs,
      // Another one that leads may have written it up to half a lease ago.
      storedUntilMs: isLead ? leaseUntilMs : now + leaseMs / 2,
    });
    this.#index = undefined;
  }

  async #put(query: StandingQuery, group: string | undefined): Promise<void> {
    await this.#collection.put(group === undefined ? query : { ...query, group });
  }

  async #restore(document: StandingQuery): Promise<void> {
    const { id, query, leaseUntilMs, recordsMax, group } = document;
    if (leaseUntilMs <= this.#context.clock.now()) {
      await this.#collection.delete(id);
      return;
    }
    const exchange = group ?? id;
    await this.#context.bus.live.open(exchange);
    const compiled = compile(query, this.#context.clock.now());
    const previous = this.#judged;
    this.#queries.set(id, {
      ...{ id, exchange, group, text: query, recordsMax, previous, ...compiled },
      leaseUntilMs,
      storedUntilMs: leaseUntilMs,
    });
    this.#index = undefined;
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
      if (leaseUntilMs <= now) this.#expire(id).catch(() => undefined);
    }
    this.#armSweep();
  }

  /** The renewal may have reached the store and other honeycombs, and not this one. */
  async #expire(id: string): Promise<void> {
    await this.forget(id);
    const stored = await this.#collection.get(id);
    if (!stored) return;
    if (stored.document.leaseUntilMs <= this.#context.clock.now())
      await this.#collection.delete(id);
    else {
      await this.#restore(stored.document);
      this.#armSweep();
    }
  }
}

function compile(text: string, nowMs: number) {
  const query = parseOrThrow(text);
  return { query, matcher: compileMatcher(query, { nowMs }) };
}
