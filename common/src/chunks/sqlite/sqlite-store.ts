/**
 * Chunks on SQLite: one database, whose commit is the only commit point. Sections are rows of it, so a
 * crash leaves none that no catalogue row names.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import { DiskSpace, diskIsLow } from '../../health/disk-space.ts';
import { RECLAIM_PAGES, RECLAIM_STALLS_MAX } from '../../limits/store.ts';
import type {
  AppendMessage,
  AppendOutcome,
  Block,
  Catalogue,
  ChunkEntry,
  ChunkStore,
  NewChunk,
  Partition,
  Segment,
  SegmentOwner,
  SequenceRange,
  StoreSizes,
  Stretches,
  Upkeep,
} from '../chunks.ts';
import { partitionOf } from '../partition.ts';
import type { ByteRange } from '../ranges.ts';
import { BlockTable } from './block-table.ts';
import { ChunkTable } from './chunk-table.ts';
import { translateFailure } from './failures.ts';
import { takeLease } from './lease.ts';
import { RangeTable } from './range-table.ts';
import { openDatabase } from './schema.ts';

/** Where, and how large the database may grow. */
export interface SqliteStoreOptions {
  /** Made where it is missing. */
  readonly folder: string;
  /** Past it writes are `store-full`; without it the disk decides. */
  readonly bytesMax?: number;
}

/** Opens the chunk store of a folder. @throws AppError `store-full`, `store-corrupt` */
export function openSqliteStore(options: SqliteStoreOptions): ChunkStore {
  try {
    return new SqliteStore(options);
  } catch (error) {
    throw translateFailure(error);
  }
}

class SqliteStore implements ChunkStore {
  readonly #folder: string;
  readonly #database: DatabaseSync;
  readonly #tables: Tables;
  #catalogue: Catalogue | undefined;

  constructor({ folder, bytesMax }: SqliteStoreOptions) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#database = openDatabase(join(folder, 'chunks.sqlite'));
    this.#tables = new Tables(this.#database);
    if (bytesMax !== undefined) {
      const pageBytes = this.#pragma('page_size');
      this.#database.exec(`PRAGMA max_page_count = ${Math.ceil(bytesMax / pageBytes)}`);
    }
  }

  async openSegment(instance: string): Promise<Segment> {
    const release = takeLease(this.#folder);
    try {
      const epoch = this.#tables.transaction(() => this.#tables.advance('epoch', 1));
      const disk = new DiskSpace(this.#folder);
      return new SqliteSegment({ instance, epoch, tables: this.#tables, release, disk });
    } catch (error) {
      release();
      throw error;
    }
  }

  async stretches(): Promise<Stretches> {
    return { newest: 0, epoch: 0, segments: [], ends: new Map() };
  }

  isForgotten(): boolean {
    return false;
  }

  hear(): void {
    // Nobody else adds to it.
  }

  known(): undefined {
    return undefined;
  }

  async orphans(): Promise<SegmentOwner[]> {
    return [];
  }

  async adopt(): Promise<undefined> {
    return undefined;
  }

  async catalogue(): Promise<Catalogue> {
    const version = this.#tables.state('catalogue');
    if (this.#catalogue?.version !== version) {
      this.#catalogue = { version, chunks: this.#tables.chunks.entries(), segments: [] };
    }
    return this.#catalogue;
  }

  async readSection(chunk: string, index: number): Promise<Buffer> {
    return this.#tables.chunks.section(chunk, index);
  }

  sectionAtHand(chunk: string, index: number): Buffer {
    return this.#tables.chunks.section(chunk, index);
  }

  async replace(removed: readonly string[], added: readonly NewChunk[]): Promise<void> {
    this.#tables.transaction(() => {
      for (const id of removed) this.#tables.chunks.remove(id);
      for (const chunk of added) this.#tables.chunks.insert(chunk);
      this.#tables.advance('catalogue', 1);
    });
  }

  /** Whoever has the one segment has the store. */
  async takeUpkeep(): Promise<Upkeep> {
    return { epoch: this.#tables.state('epoch'), end: async () => undefined };
  }

  async dropPartition(partition: Partition): Promise<readonly ChunkEntry[]> {
    const chunks = this.#tables.chunks.entries();
    const own = new Set(this.#tables.chunks.idsOf(partition));
    this.#tables.transaction(() => {
      for (const id of own) this.#tables.chunks.remove(id);
      this.#tables.blocks.deletePartition(partition);
      this.#tables.advance('catalogue', 1);
    });
    return chunks.filter(({ id }) => own.has(id));
  }

  async note(name: string): Promise<string | undefined> {
    return this.#tables.note(name);
  }

  async keepNote(name: string, text: string | undefined): Promise<void> {
    this.#tables.transaction(() => this.#tables.keepNote(name, text));
  }

  async ranges(generation: string): Promise<ByteRange[]> {
    return this.#tables.ranges.rangesOf(generation);
  }

  async reclaim(): Promise<void> {
    try {
      let stalls = 0;
      for (let left = this.#pragma('freelist_count'); left > 0; ) {
        this.#database.exec(`PRAGMA incremental_vacuum(${RECLAIM_PAGES})`);
        await nextTurn();
        const now = this.#pragma('freelist_count');
        // Whoever writes meanwhile frees pages too. Pages that were free at the beginning are gone at the
        // latest when none is free.
        if (now >= left && ++stalls > RECLAIM_STALLS_MAX) break;
        left = now;
      }
      // The log of writes still holds what was deleted.
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      throw translateFailure(error);
    }
  }

  async sizes(): Promise<StoreSizes> {
    const pageBytes = this.#pragma('page_size');
    const log = statSync(join(this.#folder, 'chunks.sqlite-wal'), { throwIfNoEntry: false });
    return {
      diskBytes: this.#pragma('page_count') * pageBytes + (log?.size ?? 0),
      freeBytes: this.#pragma('freelist_count') * pageBytes,
      blockBytes: this.#tables.blocks.bytes(),
      ranges: this.#tables.ranges.count(),
    };
  }

  #pragma(name: 'freelist_count' | 'page_count' | 'page_size'): number {
    return Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name]);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}

interface SegmentOptions {
  readonly instance: string;
  readonly epoch: number;
  readonly tables: Tables;
  readonly release: () => void;
  readonly disk: DiskSpace;
}

class SqliteSegment implements Segment {
  readonly id = 'only';
  readonly instance: string;
  readonly epoch: number;
  readonly #tables: Tables;
  readonly #release: () => void;
  readonly #disk: DiskSpace;
  #lastSequence: number;

  constructor({ instance, epoch, tables, release, disk }: SegmentOptions) {
    this.instance = instance;
    this.epoch = epoch;
    this.#tables = tables;
    this.#release = release;
    this.#disk = disk;
    this.#lastSequence = tables.state('sequence');
  }

  async append(messages: readonly AppendMessage[]): Promise<AppendOutcome[]> {
    this.#refuseWhereDiskIsLow();
    let sequence = this.#lastSequence;
    const outcomes = this.#tables.transaction(() => {
      const all = messages.map((message) => {
        const outcome = this.#appendOne(message, sequence + 1);
        sequence = outcome.sequence ?? sequence;
        return outcome;
      });
      this.#tables.advance('sequence', sequence - this.#lastSequence);
      return all;
    });
    this.#lastSequence = sequence;
    return outcomes;
  }

  /** What is left is for documents, sealing and the broker: new data would take it from them. */
  #refuseWhereDiskIsLow(): void {
    if (!this.#disk.isLow) return;
    const figures = this.#disk.figures();
    if (figures) throw new AppError('store-full', diskIsLow(figures));
  }

  #appendOne({ message, encoded, ...arrival }: AppendMessage, sequence: number): AppendOutcome {
    const { day } = partitionOf(arrival);
    const runs = message.runs.map((run) => this.#tables.ranges.judge(run, day));
    const stored = runs.flatMap((outcome) => (outcome.kind === 'stored' ? outcome.pieces : []));
    if (stored.length === 0) return { sequence: undefined, runs };
    const whole =
      stored.length === message.runs.length &&
      stored.every((piece, index) => piece === message.runs[index]);
    const block: Block = { sequence, message: { ...message, runs: stored }, ...arrival };
    this.#tables.blocks.insert(block, whole ? encoded : undefined);
    return { sequence, runs };
  }

  async *blocks(
    range: SequenceRange = { first: 0, last: Number.MAX_SAFE_INTEGER },
  ): AsyncGenerator<Block> {
    yield* this.#tables.blocks.read(range);
  }

  async seal(
    chunks: readonly NewChunk[],
    taken: readonly number[],
    kept: readonly Block[] = [],
  ): Promise<void> {
    this.#tables.transaction(() => {
      for (const chunk of chunks) this.#tables.chunks.insert(chunk);
      this.#tables.blocks.delete(taken);
      for (const block of kept) this.#tables.blocks.insert(block);
      this.#tables.advance('catalogue', 1);
    });
  }

  lastSequence(): number {
    return this.#lastSequence;
  }

  async close(): Promise<void> {
    this.#release();
  }
}

/** The tables of one database, and transactions over them. */
class Tables {
  readonly ranges: RangeTable;
  readonly blocks: BlockTable;
  readonly chunks: ChunkTable;
  readonly #database: DatabaseSync;
  readonly #state: StatementSync;
  readonly #advance: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#state = database.prepare('SELECT value FROM state WHERE name = ?');
    this.#advance = database.prepare('UPDATE state SET value = value + ? WHERE name = ?');
    this.ranges = new RangeTable(database);
    this.blocks = new BlockTable(database);
    this.chunks = new ChunkTable(database);
  }

  state(name: 'catalogue' | 'sequence' | 'epoch'): number {
    return Number(this.#state.get(name)?.value ?? 0);
  }

  advance(name: 'catalogue' | 'sequence' | 'epoch', by: number): number {
    if (by !== 0) this.#advance.run(by, name);
    return this.state(name);
  }

  note(name: string): string | undefined {
    const row = this.#database.prepare('SELECT text FROM notes WHERE name = ?').get(name);
    return row && String(row.text);
  }

  keepNote(name: string, text: string | undefined): void {
    this.#database.prepare('DELETE FROM notes WHERE name = ?').run(name);
    if (text === undefined) return;
    this.#database.prepare('INSERT INTO notes VALUES (?, ?)').run(name, text);
  }

  /** Runs `work` in one durable transaction. @throws AppError as {@link translateFailure} says */
  transaction<T>(work: () => T): T {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw translateFailure(error);
    }
  }
}
