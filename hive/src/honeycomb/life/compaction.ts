/** Merges small chunks of one partition, which search reads faster and which take less room. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { toAppError } from '@apiary/common/errors.ts';
import type { Logger } from '@apiary/common/log.ts';
import { newChunkId } from '../holdings/holdings.ts';
import type { Figures } from '../metrics.ts';
import { MergePace, type MergePaceContext } from './merge-pace.ts';
import { dayOf, planCompaction } from './plan.ts';
import type { RewriteThread } from './rewrite-thread.ts';
import { readSections, type Swap, type SwapContext } from './swap.ts';

/** What compaction works with. */
export interface CompactionContext extends SwapContext, MergePaceContext {
  /** False: chunks of today wait. Default true. */
  readonly mergesToday?: boolean | undefined;
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
  readonly #pace: MergePace;

  constructor(context: CompactionContext) {
    this.#context = context;
    this.#pace = new MergePace(context);
  }

  /** In so many milliseconds there is something to merge; undefined where there is nothing. */
  dueInMs(): number | undefined {
    return this.#plan() ? this.#pace.restMs() : undefined;
  }

  /**
   * Merges one group; false when there is nothing to merge, or it rests behind the last one.
   *
   * @param swap puts the new chunk in the place of the old ones
   * @param honeycombs that merge in turns
   * @throws AppError as `swap`
   */
  async mergeOne(swap: Swap, honeycombs = 1): Promise<boolean> {
    const group = this.#plan();
    if (!group || this.#pace.restMs() > 0) return false;
    const began = performance.now();
    try {
      await this.#merge(group, swap);
    } catch (error) {
      if (toAppError(error).code !== 'too-large') throw error;
      for (const { id } of group) this.#tooLarge.add(id);
    } finally {
      this.#pace.merged(performance.now() - began, honeycombs);
    }
    return true;
  }

  #plan(): readonly ChunkEntry[] | undefined {
    const { holdings, clock, mergesToday = true } = this.#context;
    const today = dayOf(clock.now());
    const { chunks } = holdings;
    const ripe = mergesToday ? chunks : chunks.filter(({ partition }) => partition.day < today);
    return planCompaction(ripe, today, this.#tooLarge);
  }

  async #merge(group: readonly ChunkEntry[], swap: Swap): Promise<void> {
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
    await swap(group, merged);
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
