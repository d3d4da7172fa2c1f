/** Encodes chunks beside the event loop, so that sealing never holds up ingest or a search. */
import { Worker } from 'node:worker_threads';
import type { NewChunk } from '@apiary/common/chunks/chunks.ts';
import { AppError, type ErrorCode } from '@apiary/common/errors.ts';
import type { RowBatch } from '../chunk/row-batch.ts';
import type { ChunkName } from '../chunk/seal-batch.ts';
import type { SealTask } from '../chunk/seal-worker.ts';
import { SpareMemory } from '../chunk/spare-memory.ts';
import { setOldSpaceOfThreads } from '../thread-heap.ts';

type Answer =
  | { readonly chunk: NewChunk }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } };

/**
 * The size in MB that the old part of the thread's heap may reach before V8 collects it. It lives with 14; measured on
 * 300 MB, by V8's own choice it is collected 15 times, so 2 times: 5 % of ingest's processor time for 30 MB.
 */
const OLD_SPACE_MB = 64;

/** One thread, started when it is first needed. One batch at a time. */
export class SealThread {
  #worker: Worker | undefined;
  readonly #spare = new SpareMemory();

  /** Memory for a batch: what the last one came in, where it is large enough. */
  memoryOf(bytes: number): ArrayBufferLike {
    return this.#spare.take(bytes);
  }

  /**
   * Encodes and proves a batch that has rows, in memory of {@link memoryOf}: it is this thread's again afterwards.
   *
   * @throws AppError `store-corrupt`, `too-large`, `internal` when the thread ended
   */
  async seal(batch: RowBatch, name: ChunkName): Promise<NewChunk> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const task: SealTask = { batch, name };
    const answer = await new Promise<Answer>((resolve, reject) => {
      const settle = () => {
        worker.off('message', take);
        worker.off('error', fail);
        worker.off('exit', end);
        worker.unref();
      };
      const take = (message: Answer) => {
        settle();
        resolve(message);
      };
      const fail = (cause: Error) => {
        settle();
        this.#worker = undefined;
        reject(new AppError('internal', `Encoding a chunk failed: ${cause.message}`, { cause }));
      };
      const end = () => fail(new Error('the thread ended'));
      worker.on('message', take);
      worker.on('error', fail);
      worker.on('exit', end);
      worker.ref();
      worker.postMessage(task);
    });
    this.#spare.giveBack(batch.bytes.buffer);
    if ('chunk' in answer) return answer.chunk;
    throw new AppError(answer.error.code, answer.error.message);
  }

  /** Ends the thread; the next batch starts another. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#spare.clear();
    await worker?.terminate();
  }

  #start(): Worker {
    setOldSpaceOfThreads(OLD_SPACE_MB);
    const worker = new Worker(new URL('../chunk/seal-worker.ts', import.meta.url), {
      execArgv: ['--no-warnings'],
    });
    // Threads that come later have their own.
    const reset = () => setOldSpaceOfThreads(0);
    worker.once('online', reset);
    worker.once('exit', reset);
    return worker;
  }
}
