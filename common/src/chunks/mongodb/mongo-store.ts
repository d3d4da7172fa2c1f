/**
 * Chunks on MongoDB (or FerretDB v1), for several honeycombs at once. Everything that makes something exist
 * is the insertion of a row with an agreed id: `docs/decisions/0007-…` says how and why.
 */
import { type Clock, systemClock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { connectDatabase, type Database, type Table } from '../../mongodb/database.ts';
import type { OnLate } from '../../mongodb/late-requests.ts';
import { newId } from '../../random.ts';
import type {
  AddedEntry,
  Catalogue,
  ChunkEntry,
  ChunkStore,
  KnownChunk,
  NewChunk,
  OwnerSigns,
  Partition,
  Segment,
  SegmentOwner,
  StoreSizes,
  Stretches,
  TellAdded,
  Upkeep,
} from '../chunks.ts';
import { partitionKey } from '../partition.ts';
import type { ByteRange } from '../ranges.ts';
import { sealedEnds, stretchOf } from '../stretch.ts';
import { CatalogueLog } from './catalogue-log.ts';
import type { SegmentState } from './catalogue-state.ts';
import { commitChunks } from './chunk-commit.ts';
import { FrameLog, sweepBefore } from './frame-log.ts';
import { MongoSegment } from './mongo-segment.ts';
import { RangeLog } from './range-log.ts';
import { RowLogs } from './row-log.ts';
import { SectionTables } from './section-tables.ts';
import { SegmentLeases } from './segment-leases.ts';
import { Wiping } from './wiping.ts';

const FRAMES = 'log.frames';

/** Where, and how much it may hold. */
export interface MongoStoreOptions {
  /** `mongodb://…/DATABASE`. */
  readonly url: string;
  /** Past it writes are `store-full`; without it the server decides. */
  readonly bytesMax?: number;
  readonly clock?: Clock;
  /** Tells other honeycombs what this one added; each has to {@link ChunkStore.hear} it. */
  readonly tell?: TellAdded | undefined;
  /** Told of each request that was not answered in time. */
  readonly onLate?: OnLate | undefined;
}

/** Opens the chunk store of a database. @throws AppError `setting-invalid`, `store-unreachable` */
export async function openMongoStore(options: MongoStoreOptions): Promise<ChunkStore> {
  const clock = options.clock ?? systemClock;
  const database = await connectDatabase(options.url, { onLate: options.onLate });
  const table = (name: string) => database.table(`log.${name}`);
  const heads = await table('heads');
  const logs = new RowLogs({ rows: await table('entries'), heads, clock });
  const notes = await table('notes');
  const catalogueLogs = new RowLogs({ rows: await table('catalogue'), heads, clock });
  const catalogue = new CatalogueLog(catalogueLogs, clock);
  return new MongoStore({
    database,
    notes,
    clock,
    logs: [logs, catalogueLogs],
    ranges: new RangeLog(logs, clock, {
      areThere: () => catalogue.state.openSegments > 1,
      tell: options.tell,
    }),
    catalogue,
    sections: new SectionTables(database, 'log.sections'),
    leases: new SegmentLeases(await table('leases'), clock),
    bytesMax: options.bytesMax ?? Number.POSITIVE_INFINITY,
  });
}

interface StoreContext {
  readonly database: Database;
  readonly notes: Table;
  readonly clock: Clock;
  readonly logs: readonly RowLogs[];
  readonly ranges: RangeLog;
  readonly catalogue: CatalogueLog;
  readonly sections: SectionTables;
  readonly leases: SegmentLeases;
  readonly bytesMax: number;
}

class MongoStore implements ChunkStore {
  readonly #context: StoreContext;
  readonly #segments = new Set<MongoSegment>();
  readonly #wiping: Wiping;
  #catalogue: Catalogue | undefined;
  #stretches: Stretches | undefined;

  constructor(context: StoreContext) {
    this.#context = context;
    this.#wiping = new Wiping(context);
  }

  async openSegment(instance: string): Promise<Segment> {
    const { segments } = await this.#context.catalogue.refresh();
    for (const { id, state } of segments.values()) {
      if (state === 'open') continue;
      const taken = await this.#take(id, instance, 'free');
      if (taken) return taken;
    }
    const made = await this.#take(newId(), instance, 'new');
    if (!made) throw new AppError('store-busy', 'No segment could be made: try again.');
    return made;
  }

  async stretches(): Promise<Stretches> {
    const { number, segments, chunks } = await this.#context.catalogue.refresh();
    if (this.#stretches?.epoch === number) return this.#stretches;
    const all = [...segments.values()];
    this.#stretches = {
      newest: stretchOf(all.reduce((most, { base }) => Math.max(most, base), 0)),
      epoch: number,
      segments: all
        .filter(({ state }) => state !== 'empty')
        .map(({ id, epoch, base }) => ({ id, epoch, stretch: stretchOf(base) })),
      ends: sealedEnds(chunks.values()),
    };
    return this.#stretches;
  }

  known(chunk: string): KnownChunk | undefined {
    const { chunks, versions, replaced } = this.#context.catalogue.state;
    const entry = chunks.get(chunk);
    const version = versions.get(chunk);
    return entry && version !== undefined ? { entry, version } : replaced.get(chunk);
  }

  isForgotten(version: number): boolean {
    return version < this.#context.catalogue.state.forgotten;
  }

  async orphans({ isGone, hasIt }: OwnerSigns = {}): Promise<SegmentOwner[]> {
    const { segments } = await this.#context.catalogue.refresh();
    const own = new Set([...this.#segments].map(({ id }) => id));
    const orphans: SegmentOwner[] = [];
    for (const { id, owner, epoch, state } of segments.values()) {
      if (state === 'empty' || own.has(id)) continue;
      const orphan = { id, instance: owner, epoch };
      const lease = state === 'open' ? await this.#context.leases.stateOf(id) : 'over';
      const isLate = lease === 'late' && !(await hasIt?.(orphan));
      if (lease === 'over' || isLate || (lease === 'held' && (await isGone?.(owner)))) {
        orphans.push(orphan);
      }
    }
    return orphans;
  }

  async adopt(orphan: SegmentOwner, instance: string): Promise<Segment | undefined> {
    return await this.#take(orphan.id, instance, orphan.epoch);
  }

  async catalogue(atLeast?: number): Promise<Catalogue> {
    const { version, chunks, segments } = await this.#context.catalogue.refresh(atLeast);
    const known = this.#catalogue?.version === version ? this.#catalogue : undefined;
    this.#catalogue = {
      version,
      chunks: known?.chunks ?? [...chunks.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
      segments: [...segments.values()]
        .filter(({ state }) => state !== 'empty')
        .map(({ id, owner, epoch }) => ({ id, instance: owner, epoch })),
    };
    return this.#catalogue;
  }

  async readSection(chunk: string, index: number): Promise<Buffer> {
    const { catalogue, sections } = this.#context;
    let entry = this.known(chunk)?.entry;
    if (!entry) {
      await catalogue.refresh();
      entry = this.known(chunk)?.entry;
    }
    if (!entry) throw notThere(chunk);
    return await sections.read(entry, index, catalogue.state.roomOf(entry.partition));
  }

  async replace(
    removed: readonly string[],
    added: readonly NewChunk[],
    upkeep?: Upkeep,
  ): Promise<void> {
    const entries = added.map(({ entry }) => entry);
    let refusal: AppError | undefined;
    if (upkeep) await this.#wiping.coming(entries);
    try {
      await commitChunks(this.#context, added, (state) => {
        const isGone = removed.find((id) => !state.chunks.has(id));
        if (upkeep && !state.hasUpkeep(upkeep.epoch)) refusal = upkeepLost();
        else if (isGone !== undefined) refusal = notThere(isGone);
        if (refusal) throw refusal;
        return { kind: 'replace', removed: [...removed], added: entries };
      });
    } catch (error) {
      // What was written for it is nobody's, for certain.
      if (error === refusal) await this.#wiping.delete(entries);
      throw error;
    }
    if (upkeep) await this.#wiping.came();
    this.#wiping.wipeLater(removed);
  }

  async dropPartition(partition: Partition, upkeep?: Upkeep): Promise<ChunkEntry[]> {
    const { catalogue, sections } = this.#context;
    let gone: ChunkEntry[] = [];
    const { dropped } = await catalogue.commit((state) => {
      if (upkeep && !state.hasUpkeep(upkeep.epoch)) throw upkeepLost();
      gone = state.chunksOf(partition);
      return { kind: 'drop', partition };
    });
    for (const segment of this.#segments) await segment.dropPartition(partitionKey(partition));
    await sections.sweep(dropped);
    return gone;
  }

  async takeUpkeep(instance: string): Promise<Upkeep | undefined> {
    const { catalogue, leases } = this.#context;
    const { upkeep: last } = await catalogue.refresh();
    const isOthers = last !== undefined && last.owner !== instance;
    if (isOthers && (await leases.isHeld(upkeepOf(last.owner)))) return undefined;
    const lease = upkeepOf(instance);
    await leases.renew(lease);
    let epoch: number;
    try {
      const state = await catalogue.commit(({ upkeep }) => {
        if (upkeep?.epoch === last?.epoch) return { kind: 'upkeep', owner: instance };
        throw new AppError('conflict', 'The upkeep of the store was taken by somebody else.');
      });
      epoch = state.number;
    } catch (error) {
      await leases.end(lease);
      if (error instanceof AppError && error.code === 'conflict') return undefined;
      throw error;
    }
    await this.#wiping.makeUp();
    const release = leases.hold(lease);
    const end = async () => {
      release();
      await leases.end(lease);
    };
    return { epoch, end };
  }

  async note(name: string): Promise<string | undefined> {
    const row = await this.#context.notes.get(name);
    return row && String(row.text);
  }

  async keepNote(name: string, text: string | undefined): Promise<void> {
    const { notes } = this.#context;
    if (text === undefined) await notes.delete(name);
    else await notes.put({ _id: name, version: 1, text });
  }

  hear(entries: readonly AddedEntry[]): void {
    this.#context.ranges.hear(entries);
  }

  async ranges(generation: string): Promise<ByteRange[]> {
    return [...(await this.#context.ranges.ranges(generation))];
  }

  /** Also what another one had dropped or replaced when it was killed. */
  async reclaim(isUrgent = false): Promise<void> {
    const { catalogue, sections } = this.#context;
    const { dropped } = await catalogue.refresh();
    await sections.sweep(dropped);
    await this.#wiping.wipeDue(isUrgent);
    if (isUrgent) await this.#sweepFrames();
  }

  /** Of all segments: what its owner did not delete when it sealed holds lines that may have to be gone. */
  async #sweepFrames(): Promise<void> {
    const frames = await this.#context.database.table(FRAMES);
    for (const { id, firstFrame } of this.#context.catalogue.state.segments.values()) {
      await sweepBefore(frames, id, firstFrame);
    }
  }

  async sizes(): Promise<StoreSizes> {
    let blockBytes = 0;
    for (const segment of this.#segments) blockBytes += segment.blockBytes;
    return { diskBytes: undefined, freeBytes: undefined, blockBytes, ranges: undefined };
  }

  async close(): Promise<void> {
    for (const logs of this.#context.logs) logs.close();
    this.#wiping.close();
    await this.#context.database.close();
  }

  /** Undefined when somebody else was faster, or it has another epoch than the one that is wanted. */
  async #take(
    id: string,
    owner: string,
    wanted: 'free' | 'new' | number,
  ): Promise<MongoSegment | undefined> {
    const { catalogue, leases } = this.#context;
    // Before it is owned, so that nobody takes it for an orphan; a lease of too many harms nobody.
    await leases.renew(id);
    try {
      await catalogue.commit((state) => {
        const known = state.segments.get(id);
        const fits =
          wanted === 'new'
            ? known === undefined
            : wanted === 'free'
              ? known !== undefined && known.state !== 'open'
              : known?.epoch === wanted;
        if (!fits) throw new AppError('conflict', `Segment ${id} was taken by somebody else.`);
        // What is adopted is sealed, and nothing is added to it.
        const base = typeof wanted === 'number' ? (known?.base ?? 0) : state.baseFor(id);
        return { kind: 'open', segment: id, owner, base };
      });
    } catch (error) {
      if (error instanceof AppError && error.code === 'conflict') return undefined;
      throw error;
    }
    const state = catalogue.state.segments.get(id);
    if (state?.owner !== owner) return undefined;
    return await this.#open(state);
  }

  async #open(state: SegmentState): Promise<MongoSegment> {
    const { catalogue, leases, database, ranges, clock, sections, bytesMax } = this.#context;
    const { id, epoch } = state;
    const end = leases.hold(id);
    try {
      const table = await database.table(FRAMES);
      const frames = new FrameLog({ segment: id, epoch, frames: table, ranges, clock });
      const segment = await MongoSegment.open({
        ...{ state, catalogue, frames, ranges, sections, clock, bytesMax },
        release: () => {
          this.#segments.delete(segment);
          end();
        },
      });
      this.#segments.add(segment);
      return segment;
    } catch (error) {
      end();
      throw error;
    }
  }
}

function notThere(chunk: string): AppError {
  return new AppError('not-found', `Chunk ${chunk} is not in the catalogue.`);
}

function upkeepLost(): AppError {
  return new AppError('lease-lost', 'Another process has the upkeep of the store by now.');
}

/** The lease of who has the upkeep: one for each honeycomb, so that a former owner renews its own alone. */
function upkeepOf(instance: string): string {
  return `upkeep/${instance}`;
}
