/**
 * Sections of chunks that are in a database elsewhere, kept on this machine's disk once they were read: searches of more than
 * fits in memory read them from there. It is a help and no more: what is damaged, missing or refused by the disk comes from
 * the database as before. It is never asked what chunks there are: a file of one that the catalogue does not have goes.
 */
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { DiskSpace } from '@apiary/common/health/disk-space.ts';
import {
  SECTION_CACHE_BYTES_MAX,
  SECTION_CACHE_DISK_SHARE,
  SECTION_CACHE_PAUSE_MS,
  SECTION_CACHE_STALE_MS,
  SECTION_CACHE_SWEEP_MS,
} from '@apiary/common/limits/section-cache.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { Figures } from '../metrics.ts';
import type { Sections } from '../search/chunk-cache.ts';
import { DamagedFile, sealSection } from './section-file.ts';
import { SectionFolder } from './section-folder.ts';
import { SectionWriter } from './section-writer.ts';

/** A section that begins anywhere is in one block more than its length has. */
const DISK_BLOCK_BYTES = 4_096;

/** What it works with. */
export interface SectionCacheContext {
  readonly store: Pick<ChunkStore, 'readSection' | 'known' | 'catalogue'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly figures: Figures;
  /** Of all processes of this data folder. */
  readonly folder: string;
  /** What the files of this process may take; default: SECTION_CACHE_BYTES_MAX, and a share of the disk. */
  readonly bytesMax?: number | undefined;
  /** Default: the folder's. */
  readonly disk?: Pick<DiskSpace, 'figures'>;
}

interface Held {
  bytes: number;
  usedMs: number;
}

/** See the file's head. */
export class SectionCache implements Sections {
  readonly #context: SectionCacheContext;
  readonly #folder: SectionFolder;
  readonly #disk: Pick<DiskSpace, 'figures'>;
  readonly #writer: SectionWriter;
  /** The least recently used first. */
  readonly #held = new Map<string, Held>();
  readonly #told = new Set<string>();
  #bytes = 0;
  #bytesMax = 0;
  #isNear = false;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #sweeping: Promise<void> | undefined;
  #cancelSweep: (() => void) | undefined;
  #isClosed = false;

  /** Takes up what the last process left of chunks that there still are. @throws what the file system says */
  constructor(context: SectionCacheContext) {
    this.#context = context;
    this.#folder = SectionFolder.open(context.folder);
    this.#disk = context.disk ?? new DiskSpace(this.#folder.path);
    this.#writer = new SectionWriter(this.#folder, (chunk, error) => this.#failed(chunk, error));
    try {
      for (const { chunk, bytes, usedMs } of this.#folder.list()) {
        this.#held.set(chunk, { bytes, usedMs });
        this.#bytes += bytes;
      }
      this.#tidy();
    } catch (error) {
      this.#folder.close();
      throw error;
    }
    this.#sweepLater();
  }

  /** What its files take, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False where the section that was read last could not be kept: whoever needs it again should have it in memory. */
  get isNear(): boolean {
    return this.#isNear;
  }

  /** @throws as {@link ChunkStore.readSection} */
  async readSection(chunk: string, index: number): Promise<Buffer> {
    const kept = this.sectionAtHand(chunk, index);
    this.#isNear = kept !== undefined;
    if (kept) return kept;
    this.#context.figures.add('sectionCacheMisses');
    const section = await this.#context.store.readSection(chunk, index);
    this.#isNear = this.#keep(chunk, index, section);
    return section;
  }

  /** Compared with its checksum, in memory of its own; undefined where it is not on this machine. */
  sectionAtHand(chunk: string, index: number): Buffer | undefined {
    const held = this.#held.get(chunk);
    const entry = held && this.#context.store.known(chunk)?.entry;
    if (!entry || this.#writer.isWriting(chunk, index)) return undefined;
    try {
      const section = this.#folder.read(entry, index);
      if (!section) return undefined;
      this.#use(chunk, held);
      this.#context.figures.add('sectionCacheHits');
      return section;
    } catch (error) {
      const isMissing = codeOf(error) === 'ENOENT';
      // The first of its sections is still to be written.
      if (isMissing && this.#writer.isAt(chunk)) return undefined;
      if (isMissing || error instanceof DamagedFile) this.#damaged(chunk, error);
      else this.#failed(chunk, error);
      return undefined;
    }
  }

  /** Removes the files of chunks that are gone. */
  forget(chunks: readonly string[]): void {
    for (const chunk of chunks) this.#drop(chunk);
  }

  /** Resolves when all that was to be written and removed so far is. */
  async settled(): Promise<void> {
    await this.#sweeping;
    await this.#writer.settled();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelSweep?.();
    // A sweep may wait for the database, and does nothing after that.
    await this.#writer.settled();
    this.#folder.close();
  }

  /** True where it is going to be on the disk. */
  #keep(chunk: string, index: number, section: Buffer): boolean {
    const { store, clock } = this.#context;
    if (this.#writer.isWriting(chunk, index)) return true;
    // It may have gone while it was read.
    const entry = store.known(chunk)?.entry;
    if (!entry || this.#isClosed || clock.now() < this.#pausedUntilMs) return false;
    if (!this.#folder.takes(chunk) || !this.#writer.hasRoom(section.length)) return false;
    const held = this.#held.get(chunk);
    if (held) this.#use(chunk, held);
    const bytes = (Math.ceil(section.length / DISK_BLOCK_BYTES) + 1) * DISK_BLOCK_BYTES;
    if (!this.#hasRoom(bytes)) return false;
    const sealed = sealSection(entry, index, section);
    if (!sealed) return false;
    this.#use(chunk, { bytes: (held?.bytes ?? 0) + bytes, usedMs: 0 });
    this.#bytes += bytes;
    this.#writer.add(chunk, index, sealed);
    return true;
  }

  /** Makes room, where it takes it from no chunk that was used of late. */
  #hasRoom(bytes: number): boolean {
    const stale = this.#context.clock.now() - SECTION_CACHE_STALE_MS;
    for (const [chunk, { usedMs }] of this.#held) {
      if (this.#bytes + bytes <= this.#bytesMax || usedMs > stale) break;
      this.#drop(chunk);
    }
    return this.#bytes + bytes <= this.#bytesMax;
  }

  #use(chunk: string, held: Held): void {
    held.usedMs = this.#context.clock.now();
    this.#held.delete(chunk);
    this.#held.set(chunk, held);
  }

  #drop(chunk: string): void {
    const held = this.#held.get(chunk);
    if (!held) return;
    this.#held.delete(chunk);
    this.#bytes -= held.bytes;
    this.#writer.remove(chunk);
  }

  /** Lets go of chunks that there are no more, and of what others need the room for. @throws what the file system says */
  #tidy(): void {
    const { store } = this.#context;
    for (const chunk of this.#held.keys()) if (!store.known(chunk)) this.#drop(chunk);
    // What could not be removed before.
    for (const chunk of this.#folder.chunks()) {
      if (!this.#held.has(chunk) && !this.#writer.isAt(chunk)) this.#writer.remove(chunk);
    }
    this.#bytesMax = this.#room();
    for (const chunk of this.#held.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#drop(chunk);
    }
  }

  #room(): number {
    const { bytesMax } = this.#context;
    const figures = this.#disk.figures();
    const most = bytesMax ?? SECTION_CACHE_BYTES_MAX;
    if (!figures) return most;
    const free = Math.max(0, this.#bytes + figures.freeBytes - figures.reserveBytes);
    return Math.min(most, bytesMax === undefined ? free * SECTION_CACHE_DISK_SHARE : free);
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#context.clock.after(SECTION_CACHE_SWEEP_MS, () => {
      this.#sweeping = this.#sweep();
    });
  }

  async #sweep(): Promise<void> {
    try {
      // Others may have let go of something; where the database does not answer, the next time.
      if (this.#held.size > 0) await this.#context.store.catalogue().catch(() => undefined);
      if (this.#isClosed) return;
      this.#tidy();
      // Those that were started together with this one have theirs by now.
      this.#folder.clearOthers();
    } catch (error) {
      this.#tell(error);
    }
    this.#sweepLater();
  }

  #damaged(chunk: string, error: unknown): void {
    this.#drop(chunk);
    this.#context.figures.add('sectionCacheDamaged');
    this.#warnOnce('section-cache-damaged', error);
  }

  /** The disk refused something: what it has of the chunk is not to be trusted, and it is left alone for a while. */
  #failed(chunk: string, error: unknown): void {
    this.#pausedUntilMs = this.#context.clock.now() + SECTION_CACHE_PAUSE_MS;
    this.#drop(chunk);
    this.#tell(error);
  }

  #tell(error: unknown): void {
    this.#context.figures.add('sectionCacheFailures');
    this.#warnOnce('section-cache-failed', error);
  }

  #warnOnce(event: string, error: unknown): void {
    if (this.#told.has(event)) return;
    this.#told.add(event);
    const { path } = this.#folder;
    this.#context.log.warn({ folder: path, error: toAppError(error).message }, event);
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error && 'code' in error ? error.code : undefined;
}
