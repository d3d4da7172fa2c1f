/**
 * Makes chunks exist: their sections are written first, then the catalogue names them. Where their partition
 * was dropped in between, what was written lies where it is swept, and is written anew.
 */
import { AppError } from '../../errors.ts';
import type { NewChunk } from '../chunks.ts';
import type { CatalogueLog } from './catalogue-log.ts';
import type { CatalogueChange, CatalogueState } from './catalogue-state.ts';
import type { SectionTables } from './section-tables.ts';

/** Commits a change that adds `chunks`. @throws what `make` throws, AppError `store-unreachable`, `store-full` */
export async function commitChunks(
  { catalogue, sections }: { readonly catalogue: CatalogueLog; readonly sections: SectionTables },
  chunks: readonly NewChunk[],
  make: (state: CatalogueState) => CatalogueChange,
): Promise<CatalogueState> {
  const moved = new AppError(
    'conflict',
    'A partition was dropped while chunks of it were written.',
  );
  for (;;) {
    const rooms = chunks.map(({ entry }) => catalogue.state.roomOf(entry.partition));
    const haveMoved = (state: CatalogueState) =>
      chunks.some(({ entry }, index) => state.roomOf(entry.partition) !== rooms[index]);
    try {
      for (const [index, chunk] of chunks.entries()) await sections.write(chunk, rooms[index] ?? 0);
    } catch (error) {
      // FerretDB refuses what is written to a table while it is dropped.
      if (!haveMoved(await catalogue.refresh())) throw error;
      continue;
    }
    try {
      return await catalogue.commit((state) => {
        if (haveMoved(state)) throw moved;
        return make(state);
      });
    } catch (error) {
      if (error !== moved) throw error;
    }
  }
}
