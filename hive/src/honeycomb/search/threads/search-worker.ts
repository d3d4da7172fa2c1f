/** The thread: searches sealed chunks on a connection and with a cache of its own. */
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { openSectionSource } from '@apiary/common/chunks/sqlite/section-source.ts';
import { systemClock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { ChunkCache } from '../chunk-cache.ts';
import { Claims, type SharedChunks } from '../claims.ts';
import { searchPart } from '../part-search.ts';
import type { FromThread, SentTask, ThreadStart, ToThread } from './search-messages.ts';

// Written by SearchThread alone.
const { folder, cacheBytesMax } = workerData as ThreadStart;
const source = openSectionSource(folder);
const cache = new ChunkCache(source, systemClock, { bytesMax: cacheBytesMax });
const running = new Map<number, AbortController>();
/** By id, until they are to be forgotten. */
const known = new Map<string, ChunkEntry>();

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'search') void search(message.id, message.task);
  else if (message.type === 'cancel') running.get(message.id)?.abort();
  else forget(message.chunks);
});
tell({ type: 'ready' });

function entryOf(id: string): ChunkEntry {
  const entry = known.get(id);
  assert(entry, `nobody told of chunk ${id}`);
  return entry;
}

/** Nobody tells of chunks that are taken over. */
function spareEntry(id: string): ChunkEntry {
  const entry = known.get(id) ?? source.entry(id);
  known.set(id, entry);
  return entry;
}

function forget(chunks: readonly string[]): void {
  for (const id of chunks) known.delete(id);
  cache.forget(chunks);
}

async function search(id: number, task: SentTask): Promise<void> {
  const { request, span, nowMs } = task;
  for (const entry of task.fresh) known.set(entry.id, entry);
  const chunks = task.chunks.map(entryOf);
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const shared = sharedOf(task);
    const part = { over: { open: [], chunks }, span, nowMs, shared };
    for await (const given of searchPart(
      { cache, clock: systemClock },
      request,
      part,
      abort.signal,
    )) {
      tell({ type: 'part', id, part: given });
    }
  } catch (error) {
    const { code, message } = toAppError(error);
    tell({ type: 'error', id, code, message });
  } finally {
    running.delete(id);
  }
}

function sharedOf({ chunks, shared }: SentTask): SharedChunks {
  const { claims, holder, first, others } = shared;
  const places = new Map(chunks.map((id, index) => [id, first + index]));
  return {
    claims: new Claims(claims, holder),
    placeOf: (id) => places.get(id),
    others: others.map((other) =>
      other.ids.map((id, index) => ({
        index: other.first + index,
        minTime: other.times[2 * index] ?? 0,
        maxTime: other.times[2 * index + 1] ?? 0,
        entry: () => spareEntry(id),
      })),
    ),
  };
}

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}
