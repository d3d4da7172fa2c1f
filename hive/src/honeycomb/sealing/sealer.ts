/**
 * Seals open chunks in the background, one at a time: proves that the rows are what was committed, encodes
 * them, decodes what was encoded, compares it byte for byte with the rows, and only then lets the blocks go.
 */
import type { Block, Segment, SequenceRange } from '@apiary/common/chunks/chunks.ts';
import { partitionKey, partitionOf } from '@apiary/common/chunks/partition.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import {
  CHUNK_IDLE_MS,
  FROZEN_CHUNKS_MAX,
  STORE_RETRY_MS_MAX,
  STORE_RETRY_MS_MIN,
} from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import { proveRuns } from '../chunk/run-proofs.ts';
import { verifyBatch } from '../chunk/verify.ts';
import type { Holdings } from '../holdings/holdings.ts';
import type { Figures } from '../metrics.ts';
import type { OpenChunk } from '../open-chunk/open-chunk.ts';
import { createPace } from '../search/pace.ts';
import { SealThread } from './seal-thread.ts';

/** What sealing works with. */
export interface SealerContext {
  readonly holdings: Holdings;
  readonly segment: Segment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly figures: Figures;
  /** Told after each chunk that was sealed. */
  readonly onSealed?: () => void;
  /** Told once when another process has the segment: what is not sealed is for that one to seal. */
  readonly onLeaseLost: () => void;
}

/** See the file's head. */
export class Sealer {
  readonly #context: SealerContext;
  readonly #touchedMs = new WeakMap<OpenChunk, number>();
  #running: Promise<void> | undefined;
  readonly #thread = new SealThread();
  #waiters: (() => void)[] = [];
  #cancelIdle: (() => void) | undefined;
  #cancelRetry: () => void = () => undefined;
  #retryMs = STORE_RETRY_MS_MIN;
  #stopped = false;
  /** Another process has the segment. */
  #isLost = false;

  constructor(context: SealerContext) {
    this.#context = context;
  }

  /** Looks at chunks that were added to: full ones are sealed. Waits while too many are under way. */
  touched(chunks: readonly OpenChunk[]): Promise<void> | undefined {
    const { holdings, clock } = this.#context;
    for (const chunk of chunks) this.#touchedMs.set(chunk, clock.now());
    for (const chunk of holdings.full()) holdings.freeze(chunk, true);
    this.#wake();
    this.#cancelIdle ??= clock.after(CHUNK_IDLE_MS, () => this.#sealIdle());
    if (this.#isLost || holdings.frozen.length < FROZEN_CHUNKS_MAX) return undefined;
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Resolves once nothing is being sealed. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Seals everything that is open now (of what is wanted), records without an end included. */
  async sealAll(isWanted: (chunk: OpenChunk) => boolean = () => true): Promise<void> {
    for (const chunk of this.#context.holdings.openChunks) {
      if (isWanted(chunk)) this.#context.holdings.freeze(chunk, false);
    }
    this.#wake();
    await this.#running;
  }

  /** Finishes the chunk that is being sealed; the rest stays as blocks. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelIdle?.();
    this.#cancelRetry();
    this.#release();
    await this.#running;
    await this.#thread.stop();
  }

  #sealIdle(): void {
    const { holdings, clock } = this.#context;
    // A thread that nothing needs is 15 MB; the next full chunk starts another within 100 ms.
    if (!this.#running) void this.#thread.stop();
    holdings.forgetSpare();
    const before = clock.now() - CHUNK_IDLE_MS;
    for (const chunk of holdings.openChunks) {
      if ((this.#touchedMs.get(chunk) ?? 0) <= before) holdings.freeze(chunk, false);
    }
    this.#wake();
    this.#cancelIdle =
      holdings.openChunks.length > 0
        ? clock.after(CHUNK_IDLE_MS, () => this.#sealIdle())
        : undefined;
  }

  #wake(): void {
    if (
      this.#stopped ||
      this.#isLost ||
      this.#running ||
      this.#context.holdings.frozen.length === 0
    )
      return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const chunk = this.#context.holdings.frozen[0];
        if (!chunk || this.#stopped) return;
        await this.#seal(chunk);
        this.#retryMs = STORE_RETRY_MS_MIN;
        this.#release();
      }
    } catch (error) {
      const { code, message } = toAppError(error);
      const { log, clock, onLeaseLost } = this.#context;
      if (code === 'lease-lost') {
        this.#isLost = true;
        // Whoever waits for it to be sealed may be what has to stop before all begins anew.
        this.#release();
        onLeaseLost();
        return;
      }
      log.error({ code, error: message, retryMs: this.#retryMs }, 'seal-failed');
      this.#cancelRetry = clock.after(this.#retryMs, () => this.#wake());
      this.#retryMs = Math.min(this.#retryMs * 2, STORE_RETRY_MS_MAX);
    }
  }

  #release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  async #seal(chunk: OpenChunk): Promise<void> {
    const { segment, holdings, figures, log } = this.#context;
    const began = performance.now();
    const { batch, rows } = chunk.toBatch((bytes) => this.#thread.memoryOf(bytes));
    const kept = await verifyBatch({
      batch,
      provenBytes: proveRuns(batch, rows, chunk.proofs),
      blocks: this.#blocksOf(chunk),
      carried: chunk.carriedRanges(),
      pace: createPace(),
    });
    const { id, partition } = chunk;
    const sealed = batch.count > 0 ? await this.#thread.seal(batch, { id, partition }) : undefined;
    await segment.seal(sealed ? [sealed] : [], chunk.sequences, kept);
    holdings.sealed(chunk, sealed?.entry);
    chunk.handOver(kept.map(({ sequence }) => sequence));
    holdings.recycle(chunk);
    figures.add('sealedChunks');
    const { records, rawBytes, storedBytes } = sealed?.entry ?? {};
    const elapsedMs = Math.round(performance.now() - began);
    log.info({ chunk: id, records, rawBytes, storedBytes, elapsedMs }, 'chunk-sealed');
    this.#context.onSealed?.();
  }

  /** The blocks of a chunk that have no proofs. */
  async *#blocksOf(chunk: OpenChunk): AsyncGenerator<Block> {
    const key = partitionKey(chunk.partition);
    for (const range of rangesOf(chunk.unproven)) {
      for await (const block of this.#context.segment.blocks(range)) {
        if (partitionKey(partitionOf(block)) === key) yield block;
      }
    }
  }
}

/** Consecutive sequences, which are ascending, as ranges. */
function rangesOf(sequences: readonly number[]): SequenceRange[] {
  const ranges: { first: number; last: number }[] = [];
  for (const sequence of sequences) {
    const open = ranges.at(-1);
    if (open && sequence <= open.last + 1) open.last = sequence;
    else ranges.push({ first: sequence, last: sequence });
  }
  return ranges;
}

/** Makes the open chunks again from what was committed. */
export async function restore(segment: Segment, holdings: Holdings, sealer: Sealer): Promise<void> {
  for await (const block of segment.blocks()) {
    const { chunk } = holdings.restore(block);
    const pause = sealer.touched([chunk]);
    if (pause) await pause;
  }
}
