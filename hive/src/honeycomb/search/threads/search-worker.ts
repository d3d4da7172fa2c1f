/** The thread: searches sealed chunks on a connection and with a cache of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSectionSource } from '@apiary/common/chunks/sqlite/section-source.ts';
import { systemClock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { ChunkCache } from '../chunk-cache.ts';
import { searchPart } from '../part-search.ts';
import type { FromThread, ThreadStart, ThreadTask, ToThread } from './search-messages.ts';

// Written by SearchThread alone.
const { folder, cacheBytesMax } = workerData as ThreadStart;
const cache = new ChunkCache(openSectionSource(folder), systemClock, { bytesMax: cacheBytesMax });
const running = new Map<number, AbortController>();

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'search') void search(message.id, message.task);
  else if (message.type === 'cancel') running.get(message.id)?.abort();
  else cache.forget(message.chunks);
});
tell({ type: 'ready' });

async function search(id: number, { request, chunks, span, nowMs }: ThreadTask): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const part = { over: { open: [], chunks }, span, nowMs };
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

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}
