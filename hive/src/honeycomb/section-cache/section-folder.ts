/** Folders with files of chunks, each of one process at a time: those that share a data folder share no file. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { takeLease } from '@apiary/common/chunks/sqlite/lease.ts';
import { AppError } from '@apiary/common/errors.ts';
import { SECTION_CACHE_FOLDERS_MAX } from '@apiary/common/limits/section-cache.ts';
import { readSection, type SealedSection, writeSections } from './section-file.ts';

/** What a file's name may be: ids of chunks come from a database. */
const ID = /^[\w-]{1,64}$/;
const ENDING = '.sections';
const DISK_BLOCK_BYTES = 512;

/** A chunk that has a file. */
export interface HeldFile {
  readonly chunk: string;
  /** What it takes on the disk, holes not counted. */
  readonly bytes: number;
  /** When it was read or written last, as far as the file system tells. */
  readonly usedMs: number;
}

/** See the file's head. */
export class SectionFolder {
  readonly path: string;
  readonly #parent: string;
  readonly #release: () => void;

  private constructor(parent: string, path: string, release: () => void) {
    this.#parent = parent;
    this.path = path;
    this.#release = release;
  }

  /**
   * Takes the first of the folders in `parent` that no other process has; what it kept when it was left is in it.
   *
   * @throws what the file system says, AppError `store-in-use` where all are taken
   */
  static open(parent: string): SectionFolder {
    for (let number = 1; ; number++) {
      const path = join(parent, String(number));
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const release = lease(path, number < SECTION_CACHE_FOLDERS_MAX);
      if (release) return new SectionFolder(parent, path, release);
    }
  }

  /** Whether a chunk of this id can have a file. */
  takes(chunk: string): boolean {
    return ID.test(chunk);
  }

  /** Chunks that have a file. @throws what the file system says */
  chunks(): string[] {
    return namesIn(this.path).map((name) => name.slice(0, -ENDING.length));
  }

  /** The same with what is known of each, the least recently used first. @throws what the file system says */
  list(): HeldFile[] {
    const held = this.chunks().map((chunk) => {
      const { blocks, mtimeMs, atimeMs } = statSync(this.#fileOf(chunk));
      return { chunk, bytes: blocks * DISK_BLOCK_BYTES, usedMs: Math.max(mtimeMs, atimeMs) };
    });
    return held.sort((a, b) => a.usedMs - b.usedMs);
  }

  /** See {@link readSection}. */
  read(entry: ChunkEntry, index: number): Buffer | undefined {
    return readSection(this.#fileOf(entry.id), entry, index);
  }

  /** See {@link writeSections}. */
  async write(chunk: string, sections: readonly SealedSection[]): Promise<void> {
    await writeSections(this.#fileOf(chunk), sections);
  }

  /** @throws what the file system says */
  async remove(chunk: string): Promise<void> {
    await rm(this.#fileOf(chunk), { force: true });
  }

  /** Removes the files of processes that are gone. @throws what the file system says */
  clearOthers(): void {
    clearSectionFolders(this.#parent, this.path);
  }

  close(): void {
    this.#release();
  }

  #fileOf(chunk: string): string {
    return join(this.path, `${chunk}${ENDING}`);
  }
}

/**
 * Removes all files of chunks but those of folders that a process has.
 *
 * @param own the folder of this process
 * @throws what the file system says
 */
export function clearSectionFolders(parent: string, own?: string): void {
  if (!existsSync(parent)) return;
  for (const number of readdirSync(parent)) {
    const path = join(parent, number);
    const isOthers = /^\d+$/.test(number) && path !== own;
    const names = isOthers ? namesIn(path) : [];
    const release = names.length > 0 ? lease(path, true) : undefined;
    if (!release) continue;
    try {
      for (const name of names) rmSync(join(path, name), { force: true });
    } finally {
      release();
    }
  }
}

/** Undefined where another process has it, and that is no failure. */
function lease(path: string, mayBeTaken: boolean): (() => void) | undefined {
  try {
    return takeLease(path);
  } catch (error) {
    if (mayBeTaken && error instanceof AppError && error.code === 'store-in-use') return undefined;
    throw error;
  }
}

function namesIn(path: string): string[] {
  return readdirSync(path).filter((name) => name.endsWith(ENDING));
}
