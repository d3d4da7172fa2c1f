/** Whether a honeycomb has a section cache, and what becomes of one that it had. */
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { toAppError } from '@apiary/common/errors.ts';
import type { Metrics } from '@apiary/common/metrics.ts';
import { Gauge } from 'prom-client';
import { SectionCache, type SectionCacheContext } from './section-cache.ts';
import { clearSectionFolders } from './section-folder.ts';

/** What may be chosen. */
export type SectionCacheOptions = Pick<SectionCacheContext, 'folder' | 'bytesMax'>;

/**
 * The cache of a store that is elsewhere, unless `bytesMax` is 0. Where there is to be none, files of an earlier one go. A disk
 * that refuses is counted and told, and there is none.
 */
export function openSectionCache(
  context: SectionCacheContext & { readonly store: Pick<ChunkStore, 'sectionAtHand'> },
): SectionCache | undefined {
  const { store, bytesMax, folder, figures, log } = context;
  try {
    if (bytesMax !== 0 && !store.sectionAtHand) return new SectionCache(context);
    clearSectionFolders(folder);
  } catch (error) {
    figures.add('sectionCacheFailures');
    log.warn({ folder, error: toAppError(error).message }, 'section-cache-failed');
  }
  return undefined;
}

/** Shows what its files take in the process's metrics. */
export function gaugeSectionCache({ registry }: Metrics, bytes: () => number): void {
  new Gauge({
    name: 'apiary_honeycomb_section_cache_bytes',
    help: 'What sections of chunks take on the disk of this machine, at most.',
    registers: [registry],
    collect() {
      this.set(bytes());
    },
  });
}
