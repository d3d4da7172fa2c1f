/** The thread: searches sealed chunks on a connection and with a cache of its own. */
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { openSectionSource } from '@apiary/common/chunks/sqlite/section-source.ts';
import { systemClock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { ChunksByTime, type ListedChunk } from '../../holdings/chunks-by-time.ts';
import { ChunkCache } from '../chunk-cache.ts';
import { SharedChunks } from '../claims.ts';
import { searchPart } from '../part-search.ts';
import type {
  FromThread,
  SentChange,
  SentChunks,
  SentTask,
  ThreadStart,
  ToThread,
} from './search-messages.ts';

// Written by SearchThread alone.
const { folder, cacheBytesMax } = workerData as ThreadStart;
const source = openSectionSource(folder);
const cache = new ChunkCache(source, systemClock, { bytesMax: cacheBytesMax });
const running = new Map<number, AbortController>();
/** The chunks that searches are over, as the last change left them. */
let held: { readonly epoch: number | undefined; readonly chunks: ChunksByTime } = {
  epoch: undefined,
  chunks: ChunksByTime.none,
};

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'search') {
    const { epoch } = message.task;
    assert(
      epoch === held.epoch,
      `chunks of ${epoch} are to be searched, those of ${held.epoch} are known`,
    );
    void search(message.id, message.task, held.chunks);
  } else if (message.type === 'chunks') change(message.change);
  else if (message.type === 'cancel') running.get(message.id)?.abort();
  else if (message.type === 'forget') cache.forget(message.chunks);
  else cache.cool();
});
tell({ type: 'ready' });

function change({ before, epoch, removed, added }: SentChange): void {
  assert(
    before === undefined || before === held.epoch,
    `a change of chunks of ${before}, those of ${held.epoch} are known`,
  );
  const chunks = before === undefined ? ChunksByTime.none : held.chunks;
  held = { epoch, chunks: chunks.with(new Set(removed), listedOf(added)) };
}

function listedOf({ ids, numbers, homes, times }: SentChunks): ListedChunk[] {
  return ids.map((id, index) => {
    let entry: ChunkEntry | undefined;
    return {
      id,
      number: numbers[index] ?? 0,
      home: homes[index],
      minTime: times[2 * index] ?? 0,
      maxTime: times[2 * index + 1] ?? 0,
      entry: () => {
        entry ??= source.entry(id);
        return entry;
      },
    };
  });
}

async function search(id: number, task: SentTask, chunks: ChunksByTime): Promise<void> {
  const { request, span, nowMs } = task;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const part = { over: { open: [], chunks }, span, nowMs, shared: new SharedChunks(task.share) };
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
