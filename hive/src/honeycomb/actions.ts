/** What honeycomb answers on the bus. */
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { HOLDINGS_RANGES_MAX } from '@apiary/common/limits/ledger.ts';
import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { honeycombActions, SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { SealLines } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { Holding } from '@apiary/common/messages/ledger.ts';
import type { Analyses } from './analysis/analyses.ts';
import type { OwnPart } from './cluster/own-part.ts';
import type { sealHere } from './cluster/seal-lines.ts';
import type { StandingCluster } from './cluster/standing-cluster.ts';
import { type ImportActionContext, importHandlers } from './import/actions.ts';
import type { RateMeter } from './ingest/rate-meter.ts';
import { type LineDeletions, storeHandlers } from './life/actions.ts';
import type { Figures } from './metrics.ts';
import type { Request } from './search/part-search.ts';
import type { Missed } from './standing/missed.ts';
import type { StandingQueries } from './standing/standing-queries.ts';

/** Search here alone, or over all honeycombs. */
export interface Searching {
  run(request: Request, signal?: AbortSignal): AsyncIterable<SearchPart>;
}

/** What the handlers work with. */
export interface ActionContext extends ImportActionContext {
  readonly search: Searching;
  readonly own: OwnPart;
  readonly analyses: Analyses;
  readonly standing: StandingCluster;
  readonly queries: StandingQueries;
  readonly missed: Missed;
  readonly deletions: LineDeletions;
  readonly isShared: boolean;
  readonly sealHere: (lines: SealLines) => ReturnType<typeof sealHere>;
  readonly rate: RateMeter;
  readonly figures: Figures;
  /** See the action of that name. */
  readonly distrust: (agents: readonly string[]) => Promise<{ instance: string }>;
}

/** The handlers of honeycomb's actions. */
export function createHandlers(context: ActionContext): ActionHandlers<typeof honeycombActions> {
  const { standing } = context;
  return {
    search: (body, { signal }) => context.search.run(body, signal),
    cover: ({ version }) => context.own.cover(version),
    part: (body, { signal }) => context.own.run(body, signal),
    rows: (body, { signal }) => context.own.rows(body, signal),
    sealLines: async (body) => ({ segments: await context.sealHere(body) }),
    fields: (body, { signal }) => context.analyses.fields(body, signal),
    series: (body, { signal }) => context.analyses.series(body, signal),
    patterns: (body, { signal }) => context.analyses.patterns(body, signal),
    context: (body, { signal }) => context.analyses.context(body, signal),
    stand: ({ leaseMs, known, ...query }) => standing.stand({ leaseMs, queries: [query] }, known),
    standGroup: ({ known, ...request }) => standing.stand(request, known),
    standHere: (body) => standing.standHere(body),
    unstand: async ({ id }) => ({ existed: await standing.unstand(id) }),
    unstandHere: async ({ id }) => ({ existed: await context.queries.forget(id) }),
    missed: (body, { signal }) => context.missed.run(body, signal),
    distrust: ({ agents }) => context.distrust(agents),
    holdings: ({ generations }) => heldOf(context.store, generations),
    stats: () => statsOf(context),
    ...storeHandlers(context),
    ...importHandlers(context),
  };
}

async function heldOf(store: ChunkStore, generations: readonly string[]) {
  const holdings: Holding[] = [];
  for (const generation of generations) {
    const ranges = await store.ranges(generation);
    const bytes = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
    holdings.push({ generation, ranges: ranges.slice(0, HOLDINGS_RANGES_MAX), bytes });
  }
  return { holdings };
}

async function statsOf({ store, holdings, rate, figures }: ActionContext) {
  const { chunks } = await store.catalogue();
  const sealed = chunks.reduce(
    (sum, chunk) => ({
      records: sum.records + chunk.records,
      rawBytes: sum.rawBytes + chunk.rawBytes,
      storedBytes: sum.storedBytes + chunk.storedBytes,
    }),
    { records: 0, rawBytes: 0, storedBytes: 0 },
  );
  return {
    records: sealed.records + holdings.openRecords,
    rawBytes: sealed.rawBytes + holdings.openBytes,
    storedBytes: sealed.storedBytes,
    chunks: chunks.length,
    openRecords: holdings.openRecords,
    ...rate.rate,
    deadLettered: figures.get('deadLettered'),
    duplicateBytes: figures.get('duplicateBytes'),
  };
}
