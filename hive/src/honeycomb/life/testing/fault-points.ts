/**
 * A store that kills its process at a point that was named: before a write, when all of it is written and not
 * committed, after it, before anybody is told. Points are told as they are reached. Only tests use it.
 */
import { DatabaseSync } from 'node:sqlite';
import type { ChunkStore, Segment } from '@apiary/common/chunks/chunks.ts';
import { openChunks } from '@apiary/common/chunks/open.ts';

const STORE_WRITES = ['replace', 'dropPartition', 'keepNote', 'reclaim'] as const;
const SEGMENT_WRITES = ['append', 'seal'] as const;
type Write = (typeof STORE_WRITES)[number] | (typeof SEGMENT_WRITES)[number];

/** See the file's head. A point is `step/write:phase#occurrence`. */
export class FaultPoints {
  /** What the scenario is about now. */
  step = 'store';
  readonly #dieAt: string;
  readonly #onReached: (point: string) => void;
  readonly #reached = new Map<string, number>();
  #current: Write | undefined;

  constructor(dieAt: string, onReached: (point: string) => void) {
    this.#dieAt = dieAt;
    this.#onReached = onReached;
    const reach = () => this.#current && this.#reach(this.#current, 'uncommitted');
    const { exec } = DatabaseSync.prototype;
    DatabaseSync.prototype.exec = function (this: DatabaseSync, sql) {
      if (sql === 'COMMIT') reach();
      Reflect.apply(exec, this, [sql]);
    };
  }

  /** In place of `openChunks`. */
  readonly open: typeof openChunks = async (...given) => {
    const store = await openChunks(...given);
    const openSegment = async (instance: string): Promise<Segment> =>
      this.#watched(await store.openSegment(instance), SEGMENT_WRITES);
    const watched = this.#watched<ChunkStore>(store, STORE_WRITES);
    return new Proxy(watched, {
      get: (target, name) => (name === 'openSegment' ? openSegment : Reflect.get(target, name)),
    });
  };

  #watched<T extends object>(target: T, writes: readonly string[]): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (!writes.includes(String(name))) return value.bind(target);
        // It is one of the writes.
        return this.#run.bind(this, name as Write, value.bind(target));
      },
    });
  }

  async #run(
    write: Write,
    act: (...given: unknown[]) => Promise<unknown>,
    ...given: unknown[]
  ): Promise<unknown> {
    this.#reach(write, 'before');
    // Its transaction is over when the call returns.
    this.#current = write;
    const acting = act(...given);
    this.#current = undefined;
    const result = await acting;
    this.#reach(write, 'after');
    return result;
  }

  #reach(write: Write, phase: string): void {
    const name = `${this.step}/${write}:${phase}`;
    const occurrence = (this.#reached.get(name) ?? 0) + 1;
    this.#reached.set(name, occurrence);
    const point = `${name}#${occurrence}`;
    if (point === this.#dieAt) process.kill(process.pid, 'SIGKILL');
    this.#onReached(point);
  }
}
