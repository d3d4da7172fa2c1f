/**
 * Runs child processes: waits until each is ready, restarts one that ends, ends all in order. A child
 * notices by its IPC channel when this process dies, and ends itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { LogFile } from './log-file.ts';

/** Flags for every process: a small heap's young half. */
export const NODE_FLAGS: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=1',
];

/**
 * Behind the others, for a process that takes log data in. Its rows outlive a young half of 1 MB and are copied for it:
 * measured on 300 MB, three runs in turn, 11 % less processor time, 10 MB more memory. It has that size from the start on: V8 makes
 * it smaller whenever little came for a while, and was seen to tidy it up to six times as often; measured on 200 MB, 6 % less
 * processor time of one honeycomb and 8 % of three, no more memory at rest. Its old half is collected once it has 64 MB, what it holds
 * beside the heap (messages, rows) included, not 16 MB after the last time: V8 makes that less the less a process has to do. Measured on
 * 200 MB on MongoDB: 160 collections for a gigabyte of one honeycomb became 45 to 60; on 150 MB on SQLite, two runs in turn, 4 and 9 % less
 * processor time, 14 and 28 MB more memory. What messages were decompressed
 * into is freed soonest by whoever made it: 2 % less than where V8 wakes another thread for it.
 */
export const HONEYCOMB_FLAGS: readonly string[] = [
  '--min-semi-space-size=8',
  '--max-semi-space-size=8',
  '--initial-old-space-size=64',
  '--no-concurrent-array-buffer-sweeping',
];

/**
 * glibc gives each thread that meets another a heap of its own and keeps it: 10 MB a process at idle, for
 * threads that compress and sync and hardly ever meet.
 */
export const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' } as const;

const BACKOFF_MS_MIN = 200;
const BACKOFF_MS_MAX = 10_000;
/** A child that worked this long after it was ready is no crash loop; its next restart is quick. */
const STABLE_MS = 2_000;
const STOP_MS_MAX = 10_000;
/** What is kept of a child's last words, for the message when it cannot start. */
const LAST_WORDS_CHARS_MAX = 4_000;

/** A child to be run. */
export interface ChildSpec {
  readonly name: string;
  /** Arguments of `./apiary`. */
  readonly argv: readonly string[];
  /** Behind NODE_FLAGS; of two of the same name the later one counts. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** What a child said when it was ready. */
export type ReadyFacts = Readonly<Record<string, unknown>>;

/** What the supervisor's owner is told. */
export interface ChildEvents {
  /** It runs (again), under this process id. */
  onSpawn(child: Child, pid: number): void;
  /** It ended although nobody asked it to; it is started again soon. */
  onEnd(child: Child, how: string): void;
  /** It is not ready yet, because it does not reach its broker; told at each try. */
  onUnreached(child: Child, broker: string, reason: string): void;
}

/** What a child says. */
interface ChildMessage {
  readonly type?: string;
  readonly broker?: string;
  readonly reason?: string;
}

/** One child and its restarts. */
export class Child {
  readonly spec: ChildSpec;
  readonly #log: LogFile;
  readonly #program: string;
  readonly #events: ChildEvents;
  #process: ChildProcess | undefined;
  #stopping = false;
  #backoffMs = BACKOFF_MS_MIN;
  #timer: NodeJS.Timeout | undefined;
  #lastWords = '';

  /** @param program the file that runs commands */
  constructor(spec: ChildSpec, program: string, events: ChildEvents) {
    this.spec = spec;
    this.#program = program;
    this.#events = events;
    this.#log = new LogFile(spec.logFile);
  }

  /** Starts it; resolves when it is ready, rejects with its last words if the first start fails. */
  start(): Promise<ReadyFacts> {
    return new Promise((resolve, reject) => {
      const child = this.#spawn();
      child.once('exit', (code) => reject(new ChildFailed(this.spec.name, code, this.#lastWords)));
      child.on('message', (message: { type?: string }) => {
        if (message.type === 'ready') resolve(message);
      });
    });
  }

  /** Ends it; forcibly when it takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      await ended;
      clearTimeout(timer);
    }
    this.#log.close();
  }

  #spawn(): ChildProcess {
    const { nodeFlags = [], argv: words } = this.spec;
    const argv = [...NODE_FLAGS, ...nodeFlags, this.#program, ...words];
    const child = spawn(process.execPath, argv, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C reaches the launcher alone, which ends the children in order.
      detached: true,
      env: { ...ENVIRONMENT, ...process.env, ...this.spec.env },
    });
    this.#process = child;
    this.#lastWords = '';
    if (child.stdout) this.#log.take(child.stdout);
    if (child.stderr) {
      this.#log.take(child.stderr);
      child.stderr.on('data', (data: Buffer) => {
        this.#lastWords = (this.#lastWords + data.toString()).slice(-LAST_WORDS_CHARS_MAX);
      });
    }
    if (child.pid !== undefined) this.#events.onSpawn(this, child.pid);
    let readyMs = Number.POSITIVE_INFINITY;
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'ready') readyMs = performance.now();
      if (message.type !== 'unreached' || readyMs < Number.POSITIVE_INFINITY) return;
      this.#events.onUnreached(this, message.broker ?? '', message.reason ?? '');
    });
    child.once('exit', (code, signal) => {
      if (this.#stopping) return;
      if (performance.now() - readyMs > STABLE_MS) this.#backoffMs = BACKOFF_MS_MIN;
      this.#events.onEnd(this, signal ?? `exit ${code}`);
      this.#timer = setTimeout(() => this.#spawn(), this.#backoffMs);
      this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MS_MAX);
    });
    return child;
  }
}

/** A child that ended before it was ready. */
export class ChildFailed extends Error {
  readonly code: number | null;

  constructor(name: string, code: number | null, lastWords: string) {
    const last = lastWords.trim().split('\n')[0] ?? '';
    super(`${name} could not start: ${last || `it ended with code ${code}`}`);
    this.code = code;
  }
}
