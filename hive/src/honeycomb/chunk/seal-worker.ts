/** The thread that encodes chunks: takes one batch after the other, answers with a chunk or an error. */
import { parentPort } from 'node:worker_threads';
import { toAppError } from '@apiary/common/errors.ts';
import type { RowBatch } from './row-batch.ts';
import { type ChunkName, sealBatch } from './seal-batch.ts';

/** What the thread is asked; arrays arrive without what `Buffer` adds. */
export interface SealTask {
  readonly batch: RowBatch;
  readonly name: ChunkName;
}

parentPort?.on('message', async ({ batch, name }: SealTask) => {
  try {
    const { buffer, byteOffset, byteLength } = batch.bytes;
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    const chunk = await sealBatch({ ...batch, bytes }, name);
    parentPort?.postMessage({ chunk });
  } catch (error) {
    const { code, message } = toAppError(error);
    parentPort?.postMessage({ error: { code, message } });
  }
});
