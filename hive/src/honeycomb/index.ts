/** Honeycomb: stores, indexes and searches records, and judges standing queries. */

import type { Subscription } from '@apiary/common/bus/bus.ts';
import type { ChunkStore, Segment } from '@apiary/common/chunks/chunks.ts';
import { openChunks, sqliteFolder } from '@apiary/common/chunks/open.ts';
import type { Component, ComponentContext } from '@apiary/common/component.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { diskOfStore } from '@apiary/common/health/disk-space.ts';
import { REJOIN_MS_MAX, REJOIN_MS_MIN } from '@apiary/common/limits/mongodb.ts';
import { callAction, serveActions } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { SealLines } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import { isMongoUrl } from '@apiary/common/mongodb/address.ts';
import { tellLate } from '@apiary/common/mongodb/late-requests.ts';
import { type ActionContext, createHandlers } from './actions.ts';
import { Analyses } from './analysis/analyses.ts';
import { hearAdded, tellAdded } from './cluster/added-ranges.ts';
import { Adoption } from './cluster/adoption.ts';
import { Coordinator } from './cluster/coordinator.ts';
import { gather } from './cluster/gather.ts';
import { OwnPart, type OwnPartContext } from './cluster/own-part.ts';
import { sealHere } from './cluster/seal-lines.ts';
import { StandingCluster, type StandingClusterContext } from './cluster/standing-cluster.ts';
import { Holdings, type TouchedRows } from './holdings/holdings.ts';
import { Approvals } from './ingest/approvals.ts';
import { Ingest } from './ingest/ingest.ts';
import { IngestHealth } from './ingest/ingest-health.ts';
import { Judge } from './ingest/judge.ts';
import { RateMeter } from './ingest/rate-meter.ts';
import { Refusals } from './ingest/refusals.ts';
import { StoredTeller } from './ingest/stored-teller.ts';
import { gaugeUncommitted, type Uncommitted } from './ingest/uncommitted.ts';
import { Life } from './life/life.ts';
import { RetentionClasses } from './life/retention-classes.ts';
import { HONEYCOMB_ACTOR, hasSegment, isGone, joinHoneycombs, servePresence } from './members.ts';
import { Figures } from './metrics.ts';
import { restore, Sealer } from './sealing/sealer.ts';
import { ChunkCache } from './search/chunk-cache.ts';
import { Search } from './search/search.ts';
import { SearchThreads } from './search/threads/search-threads.ts';
import {
  gaugeSectionCache,
  openSectionCache,
  type SectionCacheOptions,
} from './section-cache/index.ts';
import type { SectionCache } from './section-cache/section-cache.ts';
import { Missed } from './standing/missed.ts';
import { type StandingContext, StandingQueries } from './standing/standing-queries.ts';

/** What may be chosen beside the context. */
export interface HoneycombOptions {
  /** Raw bytes at which an open chunk is sealed; default CHUNK_RAW_BYTES. */
  readonly chunkRawBytes?: number;
  /** Bytes that the store may take; past it ingest waits. Default: what the disk has. */
  readonly storeBytesMax?: number;
  /** False: chunks are merged once their day is over. Default true. */
  readonly mergesToday?: boolean | undefined;
  /** Where sections of a store that is elsewhere are kept on this machine's disk; default: nowhere. */
  readonly sectionCache?: SectionCacheOptions | undefined;
  /** Opens the store; default `openChunks`. */
  readonly openStore?: typeof openChunks;
}

/** Makes honeycomb; its chunk store is opened from `context.store` when it starts. */
export function createHoneycomb(
  context: ComponentContext,
  options: HoneycombOptions = {},
): Component {
  return new Honeycomb(context, options);
}

class Honeycomb implements Component {
  readonly #context: ComponentContext;
  readonly #options: HoneycombOptions;
  /** What has to be undone, in the order in which it was done. */
  readonly #undo: (() => Promise<void> | void)[] = [];
  readonly #figures: Figures;
  #presence: Subscription | undefined;
  #rejoining: Promise<void> | undefined;
  #held: () => Holdings['segments'] = () => [];
  #uncommitted: () => Uncommitted | undefined = () => undefined;
  #sections: SectionCache | undefined;
  #isStarting = true;
  /** Another process has the segment. */
  #isLost = false;
  #isStopped = false;

  constructor(context: ComponentContext, options: HoneycombOptions) {
    this.#context = context;
    this.#options = options;
    this.#figures = new Figures(context.metrics);
    gaugeUncommitted(context.metrics, context.clock, () => this.#uncommitted());
    gaugeSectionCache(context.metrics, () => this.#sections?.bytes ?? 0);
  }

  async start(): Promise<void> {
    try {
      this.#presence = await servePresence(this.#context, () => this.#held());
      await this.#start();
      this.#isStarting = false;
      if (this.#isLost) this.#beginAnew(REJOIN_MS_MIN);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#rejoining;
    await this.#undoAll();
    await this.#presence?.cancel();
  }

  async #undoAll(): Promise<void> {
    // What comes behind one that fails is left for the next attempt.
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) await undo();
  }

  async #start(): Promise<void> {
    const { bus, clock, log, instance } = this.#context;
    const { store, segment } = await this.#openStore();
    const holdings = new Holdings((await store.catalogue()).chunks, { ...this.#options, segment });
    this.#held = () => holdings.segments;
    const figures = this.#figures;
    const onLeaseLost = () => this.#rejoin(segment.id);
    const isBusy = () => local.isRunning || holdings.frozen.length > 1;
    const held = { ...this.#context, ...this.#options, segment, holdings, figures };
    const shared = { ...held, onLeaseLost, isBusy };
    let life: Life | undefined;
    const sealer = new Sealer({ ...shared, onSealed: () => life?.wake() });
    this.#undo.push(() => sealer.stop());
    await restore(segment, holdings, sealer);

    const threads = this.#openThreads();
    const cache = this.#openCache(store, threads);
    // Where there is one segment at a time, there is nobody else to ask.
    const isShared = isMongoUrl(this.#context.store);
    const { queries, standing } = await this.#openStanding({ ...shared, store, isShared });
    const adoption = await this.#startAdoption(store, holdings);
    const approvals = await Approvals.open(this.#context);
    this.#undo.push(() => approvals.close());
    const classes = await RetentionClasses.open(this.#context);
    this.#undo.push(() => classes.close());
    const local = new Search({ holdings, cache, clock, figures, ...(threads && { threads }) });
    const asking = this.#asking(local, { store, holdings, cache });
    let ingest: Ingest | undefined;
    this.#uncommitted = () => ingest?.uncommitted;
    const settled = async () => await ingest?.settled();
    const sealing = (lines: SealLines) =>
      sealHere({ holdings, segment, sealer, adoption, settled }, lines);
    const { documents } = this.#context;
    const cluster = isShared ? { documents, own: asking.own, sealHere: sealing } : undefined;
    life = await Life.open({ ...shared, store, cache, classes, sealer, cluster });
    this.#undo.push(() => life?.stop());
    life.wake();
    const refusals = new Refusals({ bus, clock, figures });
    this.#undo.push(approvals.onChange((agent) => refusals.forget(agent)));
    const health = this.#openHealth();
    const rate = new RateMeter({ bus, clock, instance });
    this.#undo.push(() => rate.stop());
    const stored = new StoredTeller({ bus, clock, instance });
    this.#undo.push(() => stored.stop());

    const missed = new Missed({ holdings, cache, clock, ...(isShared && { store }) });
    ingest = new Ingest({
      ...{ bus, clock, log, segment, holdings, refusals, rate, stored, figures },
      ...{ health, onLeaseLost },
      judge: new Judge(approvals, classes, clock),
      onCommit: (touched) => afterCommit(touched, queries, sealer),
      onQuarantined: (agent) => releaseIfApproved(this.#context, approvals, agent),
    });
    const distrust = async (agents: readonly string[]) => {
      approvals.distrust(agents);
      await settled();
      return { instance };
    };
    const parts = {
      ...{ ...asking, standing, queries, missed, store, holdings, classes },
      ...{ rate, figures, distrust, deletions: life.deletions, cache, sealer, clock, ingest },
      ...{ isShared, sealHere: sealing },
    };
    const handlers = createHandlers(parts);
    this.#undoSubscription(
      await serveActions(bus, { component: 'honeycomb', instance }, honeycombActions, handlers),
    );
    this.#undo.push(() => ingest.stop());
    await ingest.start();
    this.#tellChange();
    log.info({ chunks: holdings.chunks.length, open: holdings.openRecords }, 'honeycomb-started');
  }

  #openHealth(): IngestHealth {
    const health = new IngestHealth(this.#context, diskOfStore(this.#context.store));
    this.#context.board?.askIngest(() => health.now(this.#uncommitted()));
    return health;
  }

  async #openStanding(shared: StandingContext & Omit<StandingClusterContext, 'standing'>) {
    // Before it reads which queries there are: who registers one now finds it or is found.
    this.#undo.push(await joinHoneycombs(this.#context));
    const queries = await StandingQueries.open(shared);
    this.#undo.push(() => queries.stop());
    return { queries, standing: new StandingCluster({ ...shared, standing: queries }) };
  }

  async #startAdoption(store: ChunkStore, holdings: Holdings): Promise<Adoption> {
    const { bus } = this.#context;
    const adoption = new Adoption({
      ...this.#context,
      ...{ store, holdings, figures: this.#figures, chunkRawBytes: this.#options.chunkRawBytes },
      isGone: (other) => isGone(bus, other),
      hasIt: (owner) => hasSegment(bus, owner),
      onAdopted: () => this.#tellChange(),
    });
    this.#undo.push(() => adoption.stop());
    await adoption.start();
    return adoption;
  }

  /** Listeners ask where it stands. */
  #tellChange(): void {
    const { bus, instance } = this.#context;
    bus.events.emit('honeycomb.changed', { instance });
  }

  /** What answers questions; where there is one segment at a time, there is nobody else to ask. */
  #asking(
    local: Search,
    held: Pick<OwnPartContext, 'store' | 'holdings' | 'cache'>,
  ): Pick<ActionContext, 'own' | 'search' | 'analyses'> {
    const figures = this.#figures;
    const { clock } = this.#context;
    const own = new OwnPart({ ...held, search: local });
    const searching = { ...held, clock, figures };
    if (!isMongoUrl(this.#context.store)) {
      return { own, search: local, analyses: new Analyses(searching) };
    }
    const cluster = { ...this.#context, store: held.store, own };
    const analyses = new Analyses({
      ...searching,
      gather: (wanted, signal) => gather(cluster, wanted, signal),
    });
    return { own, search: new Coordinator(cluster), analyses };
  }

  /** Of a store on this machine; another one shares searches out among honeycombs. */
  #openThreads(): SearchThreads | undefined {
    const folder = sqliteFolder(this.#context.store);
    if (folder === undefined || this.#options.openStore) return undefined;
    const threads = new SearchThreads({ ...this.#context, folder, figures: this.#figures });
    this.#undo.push(() => threads.stop());
    return threads;
  }

  #openCache(store: ChunkStore, threads: SearchThreads | undefined): ChunkCache {
    const { sectionCache } = this.#options;
    const figures = this.#figures;
    const sections =
      sectionCache && openSectionCache({ ...this.#context, ...sectionCache, store, figures });
    this.#sections = sections;
    this.#undo.push(() => sections?.close());
    const onForget = (ids: readonly string[]) => {
      threads?.forget(ids);
      sections?.forget(ids);
    };
    const bound = threads && { bytesMax: threads.cacheBytesMax };
    const { clock } = this.#context;
    const cache = new ChunkCache(sections ?? store, clock, { ...bound, onForget });
    this.#undo.push(() => cache.close());
    return cache;
  }

  async #openStore(): Promise<{ readonly store: ChunkStore; readonly segment: Segment }> {
    const { storeBytesMax, openStore = openChunks } = this.#options;
    const bound = storeBytesMax === undefined ? {} : { bytesMax: storeBytesMax };
    const { bus, clock, instance } = this.#context;
    const isShared = isMongoUrl(this.#context.store);
    const tell = isShared ? tellAdded({ bus, instance }) : undefined;
    const onLate = isShared ? tellLate(this.#context) : undefined;
    const store = await openStore(this.#context.store, { clock, tell, onLate, ...bound });
    this.#undo.push(() => store.close());
    if (isShared) this.#undoSubscription(await hearAdded({ bus, instance }, store));
    const segment = await store.openSegment(this.#context.instance);
    this.#undo.push(() => segment.close());
    return { store, segment };
  }

  /** Another process took the segment, so this one was away too long: it begins anew with another. */
  #rejoin(segment: string): void {
    if (this.#isStopped || this.#isLost) return;
    this.#isLost = true;
    this.#held = () => [];
    this.#figures.add('leasesLost');
    this.#context.log.warn({ segment }, 'lease-lost');
    if (!this.#isStarting) this.#beginAnew(REJOIN_MS_MIN);
  }

  #beginAnew(pauseMs: number): void {
    const { log, clock } = this.#context;
    const attempt = async () => {
      this.#isStarting = true;
      try {
        while (this.#isLost && !this.#isStopped) {
          await this.#undoAll();
          this.#isLost = false;
          if (!this.#isStopped) await this.#start();
        }
        this.#isStarting = false;
      } catch (error) {
        this.#isLost = true;
        log.error({ error: toAppError(error).message, pauseMs }, 'rejoin-failed');
        clock.after(pauseMs, () => this.#beginAnew(Math.min(2 * pauseMs, REJOIN_MS_MAX)));
      }
    };
    this.#rejoining = attempt();
  }

  #undoSubscription(subscription: Subscription): void {
    this.#undo.push(() => subscription.cancel());
  }
}

/** It may have been approved, and its quarantine released, while this message was on its way there. */
async function releaseIfApproved(
  { bus, log }: ComponentContext,
  approvals: Approvals,
  agent: string,
): Promise<void> {
  if ((await approvals.read(agent)).approval !== 'approved') return;
  const options = { actor: HONEYCOMB_ACTOR };
  await callAction(bus, agentManagerActions.release, { agents: [agent] }, options).catch(
    (error: unknown) => log.warn({ agent, reason: toAppError(error).message }, 'not-released'),
  );
}

function afterCommit(
  touched: readonly TouchedRows[],
  standing: StandingQueries,
  sealer: Sealer,
): Promise<void> | undefined {
  const judging = standing.judge(touched);
  const chunks = touched.map(({ chunk }) => chunk);
  return judging ? judging.then(() => sealer.touched(chunks)) : sealer.touched(chunks);
}
