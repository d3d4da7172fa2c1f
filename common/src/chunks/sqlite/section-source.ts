import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SQLITE_BUSY_TIMEOUT_MS } from '../../limits.ts';
import type { ChunkEntry, ChunkStore } from '../chunks.ts';
import { ChunkTable } from './chunk-table.ts';
import { translateFailure } from './failures.ts';

/** Reads chunks of a folder beside the store that writes them: a connection of its own, for a thread of its own. */
export interface SectionSource extends Pick<ChunkStore, 'readSection'> {
  /** See {@link ChunkStore.sectionAtHand}. */
  sectionAtHand(chunk: string, index: number): Buffer;
  /** A chunk of the catalogue. @throws AppError `not-found` */
  entry(chunk: string): ChunkEntry;
  close(): void;
}

/** Opens the folder of a chunk store, which has to be there. @throws AppError `store-corrupt` */
export function openSectionSource(folder: string): SectionSource {
  try {
    const path = join(folder, 'chunks.sqlite');
    const database = new DatabaseSync(path, { readOnly: true, timeout: SQLITE_BUSY_TIMEOUT_MS });
    const chunks = new ChunkTable(database);
    return {
      entry: (chunk) => chunks.entry(chunk),
      readSection: async (chunk, index) => chunks.section(chunk, index),
      sectionAtHand: (chunk, index) => chunks.section(chunk, index),
      close: () => database.close(),
    };
  } catch (error) {
    throw translateFailure(error);
  }
}
