/** Writes chunks anew beside the event loop, at low priority, and apart from sealing, which never waits for it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { NewChunk } from '@apiary/common/chunks/chunks.ts';
import { AppError, type ErrorCode } from '@apiary/common/errors.ts';
import { setOldSpaceOfThreads } from '../thread-heap.ts';
import type { RewriteTask } from './rewrite-worker.ts';
import { transferable } from './section-transfer.ts';

interface Answer {
  readonly chunk?: NewChunk;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** One thread, started when it is first needed. One task at a time. */
export class RewriteThread {
  #worker: Worker | undefined;

  /** See `rewriteChunks`; sections of the task are gone then. @throws AppError as it does, and `internal` when the thread ended */
  async rewrite(task: RewriteTask): Promise<NewChunk | undefined> {
    this.#worker ??= startWorker();
    const worker = this.#worker;
    const over = new AbortController();
    const { signal } = over;
    worker.ref();
    try {
      const ended = once(worker, 'exit', { signal }).then(() => {
        this.#worker = undefined;
        throw new AppError('internal', 'The thread that writes chunks anew ended.');
      });
      const answered = once(worker, 'message', { signal });
      worker.postMessage(task, transferable(task.chunks.flatMap(({ sections }) => sections)));
      // An error of the thread rejects both.
      const [answer] = (await Promise.race([answered, ended])) as [Answer];
      ended.catch(() => undefined);
      answered.catch(() => undefined);
      if (answer.error) throw new AppError(answer.error.code, answer.error.message);
      return answer.chunk;
    } finally {
      over.abort();
      worker.unref();
    }
  }

  /** Ends the thread and with it its memory; the next task starts another. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

function startWorker(): Worker {
  setOldSpaceOfThreads(0);
  return new Worker(new URL('./rewrite-worker.ts', import.meta.url), {
    execArgv: ['--no-warnings'],
  });
}
