import { Worker } from 'node:worker_threads';
import { AppError } from '@apiary/common/errors.ts';
import type { Part } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { ChunkList } from '../../holdings/chunk-list.ts';
import type { ListedChunk } from '../../holdings/chunks-by-time.ts';
import { setOldSpaceOfThreads } from '../../thread-heap.ts';
import type {
  FromThread,
  SentChunks,
  ThreadStart,
  ThreadTask,
  ToThread,
} from './search-messages.ts';

/** Takes what comes of one search. */
interface Listener {
  take(part: Part): void;
  fail(error: Error): void;
}

/** One thread that searches. It takes several searches at once, and gives way between them. */
export class SearchThread {
  readonly #worker: Worker;
  readonly #listeners = new Map<number, Listener>();
  readonly #started: Promise<void>;
  #last = 0;
  /** The epoch of the list of chunks that it has. */
  #told: number | undefined;
  /** It takes searches. */
  isReady = false;
  /** It has ended, of itself or by {@link stop}. */
  isOver = false;
  /** It has given whole answers. */
  hasAnswered = false;
  #isStopped = false;

  /** @param onDeath told when it ends without having been stopped */
  constructor(start: ThreadStart, onDeath: (thread: SearchThread, cause: Error) => void) {
    setOldSpaceOfThreads(0);
    this.#worker = new Worker(new URL('./search-worker.ts', import.meta.url), {
      workerData: start,
      execArgv: ['--no-warnings'],
    });
    this.#worker.unref();
    const begun = Promise.withResolvers<void>();
    this.#started = begun.promise;
    this.#worker.on('message', (message: FromThread) => {
      if (message.type === 'ready') {
        this.isReady = true;
        begun.resolve();
      } else this.#take(message);
    });
    const end = (cause: Error) => {
      if (this.isOver) return;
      this.isOver = true;
      this.isReady = false;
      begun.resolve();
      const error = new AppError('internal', `A search thread ended: ${cause.message}`, { cause });
      for (const listener of this.#listeners.values()) listener.fail(error);
      if (!this.#isStopped) onDeath(this, cause);
    };
    this.#worker.on('error', end);
    this.#worker.on('exit', (code) => end(new Error(`it ended with code ${code}`)));
  }

  /** Resolves when it takes searches, or never will. */
  async started(): Promise<void> {
    this.#worker.ref();
    await this.#started;
    if (this.#listeners.size === 0) this.#worker.unref();
  }

  /** Searches the chunks; the last part is `end`. @throws AppError what the search throws; `internal` when the thread ended */
  async *run(task: ThreadTask, signal: AbortSignal): AsyncGenerator<Part> {
    if (this.isOver) throw new AppError('internal', 'A search thread ended.');
    const id = ++this.#last;
    const waiting: Part[] = [];
    let wake = Promise.withResolvers<void>();
    let failure: Error | undefined;
    let hasEnded = false;
    const fail = (error: Error) => {
      failure = error;
      wake.resolve();
    };
    const take = (part: Part) => {
      waiting.push(part);
      wake.resolve();
    };
    const cancelled = () =>
      new AppError('deadline-passed', 'Nobody waits for this search any more.');
    if (signal.aborted) throw cancelled();
    const cancel = () => fail(cancelled());
    signal.addEventListener('abort', cancel);
    this.#listeners.set(id, { take, fail });
    this.#worker.ref();
    const { list, ...sent } = task;
    this.#tellChunks(list);
    this.#tell({ type: 'search', id, task: { ...sent, epoch: list.epoch } });
    try {
      for (;;) {
        await wake.promise;
        wake = Promise.withResolvers();
        for (const part of waiting.splice(0)) {
          hasEnded = part.type === 'end';
          this.hasAnswered ||= hasEnded;
          yield part;
          if (hasEnded) return;
        }
        if (failure) throw failure;
      }
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#listeners.delete(id);
      if (!hasEnded) this.#tell({ type: 'cancel', id });
      if (this.#listeners.size === 0) this.#worker.unref();
    }
  }

  /** Lets go of chunks that are gone. */
  forget(chunks: readonly string[]): void {
    this.#tell({ type: 'forget', chunks });
  }

  /** Lets go of all that is decoded. */
  cool(): void {
    this.#tell({ type: 'cool' });
  }

  /** Resolves when it has ended. */
  async ended(): Promise<void> {
    if (!this.isOver) await new Promise((resolve) => this.#worker.once('exit', resolve));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#worker.terminate();
  }

  /** Tells of what has changed since the last search; of all where that is not known. */
  #tellChunks(list: ChunkList): void {
    const { epoch } = list;
    const before = this.#told;
    if (before === epoch) return;
    this.#told = epoch;
    const change = before === undefined ? undefined : list.since(before);
    const removed = change?.removed.map(({ number }) => number) ?? [];
    const added = sentChunks(change?.added ?? list.chunks);
    this.#tell({
      type: 'chunks',
      change: { before: change && before, epoch, removed, added },
    });
  }

  #tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #take(message: Exclude<FromThread, { type: 'ready' }>): void {
    const listener = this.#listeners.get(message.id);
    if (message.type === 'part') listener?.take(message.part);
    else listener?.fail(new AppError(message.code, message.message));
  }
}

function sentChunks(chunks: readonly ListedChunk[]): SentChunks {
  return {
    ids: chunks.map(({ id }) => id),
    numbers: Uint32Array.from(chunks, ({ number }) => number),
    homes: Uint8Array.from(chunks, ({ home = 0 }) => home),
    times: Float64Array.from(chunks.flatMap(({ minTime, maxTime }) => [minTime, maxTime])),
  };
}
