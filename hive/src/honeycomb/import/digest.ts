/**
 * What is stored of one generation, read back: its bytes in the order of the source, however they are spread
 * over chunks, as one SHA-256. The proof of an import: what is told comes from the sealed chunks alone.
 */
import { createHash, type Hash } from 'node:crypto';
import type { ChunkEntry, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { DIGEST_ATTEMPTS_MAX, DIGEST_CHUNKS_MAX } from '@apiary/common/limits/store.ts';
import type { DigestPart } from '@apiary/common/messages/actions/import.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import type { RowBatch } from '../chunk/row-batch.ts';
import type { Holdings } from '../holdings/holdings.ts';
import type { Pace, RecordSource } from '../records/record-set.ts';
import type { Sealer } from '../sealing/sealer.ts';
import type { ChunkCache } from '../search/chunk-cache.ts';
import { createPace } from '../search/pace.ts';
import { parseOrThrow } from '../search/part-search.ts';

/** What reading back works with. */
export interface DigestContext {
  readonly store: ChunkStore;
  readonly holdings: Holdings;
  readonly cache: ChunkCache;
  readonly sealer: Sealer;
}

const NEWLINE = 10;

/** Reads it; a part after each chunk. @throws AppError `store-corrupt`, `conflict`, `deadline-passed` */
export async function* digestOf(
  context: DigestContext,
  generation: string,
  signal?: AbortSignal,
): AsyncGenerator<DigestPart> {
  const pace = createPace(signal ? { signal } : {});
  await sealOf(context, generation, pace);
  for (let attempt = 1; ; attempt++) {
    const reading = context.holdings.read();
    try {
      // What others sealed is in the catalogue alone; what is being swapped here, in the snapshot alone.
      const { segments, chunks } = await context.store.catalogue();
      const entries = segments.length > 0 ? chunks : reading.snapshot.chunks;
      yield* readBack(context, { generation, entries, pace });
      return;
    } catch (error) {
      if (toAppError(error).code !== 'not-found' || attempt === DIGEST_ATTEMPTS_MAX) throw error;
    } finally {
      reading.end();
    }
  }
}

/** Seals what is open of it. */
async function sealOf({ holdings, sealer }: DigestContext, generation: string, pace: Pace) {
  const affected = new Set<string>();
  for (const { chunk, set } of holdings.parts().flatMap(({ open }) => open)) {
    if ((await firstOffset(set, generation, pace)) !== undefined) affected.add(chunk);
  }
  if (affected.size > 0) await sealer.sealAll(({ id }) => affected.has(id));
}

async function* readBack(
  { cache }: DigestContext,
  {
    generation,
    entries,
    pace,
  }: { readonly generation: string; readonly entries: readonly ChunkEntry[]; readonly pace: Pace },
): AsyncGenerator<DigestPart> {
  const found: { readonly entry: ChunkEntry; readonly first: number }[] = [];
  for (const entry of entries) {
    const first = await firstOffset(cache.open(entry), generation, pace);
    if (first !== undefined) found.push({ entry, first });
  }
  found.sort((a, b) => a.first - b.first);
  const order = new InOrder();
  for (const [index, { entry }] of found.entries()) {
    order.add(piecesOf(await cache.open(entry).decode(pace), generation));
    order.advance();
    if (order.waitingChunks > DIGEST_CHUNKS_MAX && index < found.length - 1) {
      throw new AppError(
        'conflict',
        'This content is spread over too many chunks to be read in order.',
      );
    }
    yield { isDone: false, ...order.figures };
  }
  yield { isDone: true, ...order.figures, sha256: order.digest() };
}

/** The least offset of a generation's rows in a set; undefined where there are none. */
async function firstOffset(
  set: RecordSource,
  generation: string,
  pace: Pace,
): Promise<number | undefined> {
  const query = parseOrThrow('');
  const matcherOptions = { nowMs: 0 };
  const matches = await set.select({
    ...{ query, matcher: compileMatcher(query, matcherOptions), matcherOptions, pace },
    ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
  });
  if (matches.count === 0) return undefined;
  const columns = await matches.columns();
  const rows = await matches.rows();
  const own = rows.filter((row) => columns.source(row).generation === generation);
  if (own.length === 0) return undefined;
  const places = await matches.places();
  return own.reduce((least, row) => Math.min(least, places.offset(row)), Number.POSITIVE_INFINITY);
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly batch: RowBatch;
}

function piecesOf(batch: RowBatch, generation: string): Piece[] {
  return batch.stretches
    .filter(({ source, mapped }) => source.generation === generation && !mapped)
    .map(({ offset, from, to }) => {
      const bytes = batch.bytes.subarray(batch.start[from], batch.start[to]);
      return { offset, bytes, batch };
    });
}

/** Pieces in whatever order they come, hashed in the order of the source as far as there is no gap. */
class InOrder {
  readonly #hash: Hash = createHash('sha256');
  #waiting: Piece[] = [];
  #bytes = 0;
  #lines = 0;
  #endsLine = true;

  add(pieces: readonly Piece[]): void {
    this.#waiting.push(...pieces);
    this.#waiting.sort((a, b) => a.offset - b.offset);
  }

  get waitingChunks(): number {
    return new Set(this.#waiting.map(({ batch }) => batch)).size;
  }

  get figures(): { bytes: number; lines: number; beyond: number } {
    const beyond = this.#waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return { bytes: this.#bytes, lines: this.#lines + (this.#endsLine ? 0 : 1), beyond };
  }

  advance(): void {
    let taken = 0;
    for (const { offset, bytes } of this.#waiting) {
      if (offset !== this.#bytes) break;
      this.#hash.update(bytes);
      this.#bytes += bytes.length;
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
        this.#lines++;
      }
      this.#endsLine = bytes.at(-1) === NEWLINE;
      taken++;
    }
    this.#waiting = this.#waiting.slice(taken);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
