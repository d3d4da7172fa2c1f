/**
 * Seals open chunks in the background, one at a time: encodes, decodes what was encoded, compares it byte
 * for byte with the committed blocks, and only then lets the blocks go.
 */
import type { Block, ChunkEntry, NewChunk, Segment } from '@apiary/common/chunks/chunks.ts';
import { partitionKey, partitionOf } from '@apiary/common/chunks/partition.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
  CHUNK_IDLE_MS,
  FROZEN_CHUNKS_MAX,
  SECTION_BYTES_MAX,
  STORE_RETRY_MS_MAX,
  STORE_RETRY_MS_MIN,
} from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { ChunkFormat, ChunkReader } from './chunk/chunk-format.ts';
import { verifyChunk } from './chunk/verify.ts';
import type { Holdings } from './holdings.ts';
import type { Figures } from './metrics.ts';
import type { OpenChunk } from './open-chunk.ts';
import { chunkSourceOf } from './open-chunk-view.ts';
import { createPace } from './search/pace.ts';

/** What sealing works with. */
export interface SealerContext {
  readonly holdings: Holdings;
  readonly segment: Segment;
  readonly format: ChunkFormat;
  readonly clock: Clock;
  readonly log: Logger;
  readonly figures: Figures;
}

/** See the file's head. */
export class Sealer {
  readonly #context: SealerContext;
  readonly #touchedMs = new WeakMap<OpenChunk, number>();
  #running: Promise<void> | undefined;
  #waiters: (() => void)[] = [];
  #cancelIdle: (() => void) | undefined;
  #cancelRetry: () => void = () => undefined;
  #retryMs = STORE_RETRY_MS_MIN;
  #stopped = false;

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
    if (holdings.frozen.length < FROZEN_CHUNKS_MAX) return undefined;
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Resolves once nothing is being sealed. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Seals everything that is open now, records without an end included. */
  async sealAll(): Promise<void> {
    for (const chunk of this.#context.holdings.openChunks) {
      this.#context.holdings.freeze(chunk, false);
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
  }

  #sealIdle(): void {
    const { holdings, clock } = this.#context;
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
    if (this.#stopped || this.#running || this.#context.holdings.frozen.length === 0) return;
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
      const { log, clock } = this.#context;
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
    const sealed = await this.#encode(chunk);
    const kept = await verifyChunk({
      reader: sealed?.reader,
      blocks: this.#blocksOf(chunk),
      carried: chunk.carriedRanges(),
      pace: createPace(),
    });
    await segment.seal(sealed ? [sealed.chunk] : [], chunk.sequences, kept);
    holdings.sealed(chunk, sealed?.chunk.entry);
    chunk.handOver(kept.map(({ sequence }) => sequence));
    figures.add('sealedChunks');
    const { id, rawBytes, storedBytes, records } = sealed?.chunk.entry ?? { id: chunk.id };
    const elapsedMs = Math.round(performance.now() - began);
    log.info({ chunk: id, records, rawBytes, storedBytes, elapsedMs }, 'chunk-sealed');
  }

  async #encode(
    chunk: OpenChunk,
  ): Promise<{ readonly chunk: NewChunk; readonly reader: ChunkReader } | undefined> {
    const source = chunkSourceOf(chunk);
    if (source.rows.length === 0) return undefined;
    const { format } = this.#context;
    const { sections } = await format.encode(source, createPace());
    for (const { name, bytes } of sections) {
      if (bytes.length > SECTION_BYTES_MAX) {
        throw new AppError('too-large', `Section ${name} of ${bytes.length} bytes.`);
      }
    }
    let [minTime, maxTime] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let [firstSequence, lastSequence] = [Number.POSITIVE_INFINITY, 0];
    for (const row of source.rows) {
      minTime = Math.min(minTime, source.time(row));
      maxTime = Math.max(maxTime, source.time(row));
      firstSequence = Math.min(firstSequence, source.sequence(row));
      lastSequence = Math.max(lastSequence, source.sequence(row));
    }
    const entry: ChunkEntry = {
      id: chunk.id,
      partition: chunk.partition,
      format: format.name,
      records: source.rows.length,
      rawBytes: source.rows.reduce((sum, row) => sum + source.bytes(row).length, 0),
      storedBytes: sections.reduce((sum, { bytes }) => sum + bytes.length, 0),
      ...{ minTime, maxTime, firstSequence, lastSequence },
      sections: sections.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
    };
    const bodies = sections.map(({ bytes }) => bytes);
    const reader = await format.open(entry, async (index) => bodies[index] ?? new Uint8Array());
    return { chunk: { entry, sections: bodies }, reader };
  }

  async *#blocksOf(chunk: OpenChunk): AsyncGenerator<Block> {
    const taken = new Set(chunk.sequences);
    const first = chunk.sequences[0] ?? 0;
    const last = chunk.sequences.at(-1) ?? 0;
    const key = partitionKey(chunk.partition);
    for await (const block of this.#context.segment.blocks({ first, last })) {
      if (taken.has(block.sequence) && partitionKey(partitionOf(block)) === key) yield block;
    }
  }
}
