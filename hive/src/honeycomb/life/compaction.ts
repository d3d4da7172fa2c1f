/** Merges small chunks of one partition, which search reads faster and which take less room. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import type { Logger } from '@apiary/common/log.ts';
import { newChunkId } from '../holdings.ts';
import type { Figures } from '../metrics.ts';
import { dayOf, planCompaction } from './plan.ts';
import type { RewriteThread } from './rewrite-thread.ts';
import { readSections, type SwapContext, swapChunks } from './swap.ts';

/** What compaction works with. */
export interface CompactionContext extends SwapContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly figures: Figures;
  readonly thread: RewriteThread;
}

const NO_ROWS = new Uint32Array();

/** See the file's head. */
export class Compaction {
  readonly #context: CompactionContext;
  /** Chunks that did not fit in one with their neighbours. */
  readonly #tooLarge = new Set<string>();

  constructor(context: CompactionContext) {
    this.#context = context;
  }

  /** Merges one group; false when there is nothing to merge. @throws AppError as `swapChunks` */
  async mergeOne(): Promise<boolean> {
    const { holdings, clock } = this.#context;
    const group = planCompaction(holdings.chunks, dayOf(clock.now()), this.#tooLarge);
    if (!group) return false;
    try {
      await this.#merge(group);
    } catch (error) {
      if (toAppError(error).code !== 'too-large') throw error;
      for (const { id } of group) this.#tooLarge.add(id);
    }
    return true;
  }

  async #merge(group: readonly ChunkEntry[]): Promise<void> {
    const { store, thread, log, figures } = this.#context;
    const partition = group[0]?.partition;
    if (!partition) return;
    const began = performance.now();
    const chunks = [];
    for (const entry of group) {
      chunks.push({ entry, sections: await readSections(store, entry), without: NO_ROWS });
    }
    const id = newChunkId();
    const merged = await thread.rewrite({ chunks, name: { id, partition } });
    await swapChunks(this.#context, group, merged);
    figures.add('compactedChunks', group.length);
    const before = group.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
    const { records, rawBytes, storedBytes } = merged?.entry ?? {};
    const elapsedMs = Math.round(performance.now() - began);
    const facts = {
      chunk: id,
      of: group.length,
      records,
      rawBytes,
      before,
      storedBytes,
      elapsedMs,
    };
    log.info(facts, 'chunks-compacted');
  }
}
