/** A store one of whose steps is another one: for programs that die in the middle of what they commit. */
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { openChunks } from '@apiary/common/chunks/open.ts';

/**
 * Opens stores as `openChunks` does.
 *
 * @param name the step that is replaced
 * @param replaced what stands in its place, made for each store that is opened
 */
export function openWith<Name extends keyof ChunkStore>(
  name: Name,
  replaced: (store: ChunkStore) => ChunkStore[Name],
): typeof openChunks {
  return async (...given) => {
    const store = await openChunks(...given);
    const step = replaced(store);
    return new Proxy(store, {
      get: (target, key) => {
        if (key === name) return step;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
}

/** Ends this process as a crash does. */
export function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
