/** The thread that writes chunks anew: takes one task after the other, answers with a chunk or an error. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { toAppError } from '@apiary/common/errors.ts';
import type { ChunkName } from '../chunk/seal-batch.ts';
import { type OldChunk, rewriteChunks } from './rewrite.ts';
import { transferable } from './section-transfer.ts';

/** What the thread is asked. */
export interface RewriteTask {
  readonly chunks: readonly OldChunk[];
  readonly name: ChunkName;
}

/** Nice value: ingest and searches come first. */
const NICE = 10;

/** On Linux a thread has a priority of its own; elsewhere it stays that of the process. */
function yieldToOthers(): void {
  try {
    const thread = /task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1];
    if (thread !== undefined) setPriority(Number(thread), NICE);
  } catch {
    // Without it the work is done all the same.
  }
}

yieldToOthers();
parentPort?.on('message', async ({ chunks, name }: RewriteTask) => {
  try {
    const chunk = await rewriteChunks(chunks, name, { ownsSections: true });
    parentPort?.postMessage({ chunk }, transferable(chunk?.sections ?? []));
  } catch (error) {
    const { code, message } = toAppError(error);
    parentPort?.postMessage({ error: { code, message } });
  }
});
