/**
 * Wake-ups from the system for folders. Only folders are watched (one inotify watch each, however many
 * files they hold), and chokidar's raw events are taken, which come within a millisecond. Events may be
 * missing, doubled or late: they only say where to look, and looking at intervals is the truth.
 */
import type { Logger } from '@apiary/common/log.ts';
import { FSWatcher } from 'chokidar';

const FOLDERS_MAX = 1024;

/**
 * Called with the folder, the name in it where the system tells one, and whether that name's content
 * changed or the name itself came or went.
 */
export type WakeUp = (folder: string, name: string | undefined, kind: 'change' | 'rename') => void;

/** See the file's head. */
export class FolderWatch {
  readonly #watcher: FSWatcher;
  readonly #folders = new Set<string>();

  constructor(wake: WakeUp, log: Logger) {
    this.#watcher = new FSWatcher({
      ignoreInitial: true,
      persistent: true,
      depth: 0,
      ignored: (path) => !this.#folders.has(path),
    });
    this.#watcher.on('raw', (event, name, details: unknown) => {
      const folder = watchedPathOf(details);
      const kind = event === 'change' ? 'change' : 'rename';
      if (folder !== undefined) wake(folder, typeof name === 'string' ? name : undefined, kind);
    });
    this.#watcher.on('error', (error) => {
      // E.g. the system's limit of watches: looking at intervals goes on.
      log.debug({ error: String(error) }, 'watch.failed');
    });
  }

  /** Watches exactly these folders (the first FOLDERS_MAX of them). */
  watch(folders: ReadonlySet<string>): void {
    for (const folder of this.#folders) {
      if (folders.has(folder)) continue;
      this.#folders.delete(folder);
      this.#watcher.unwatch(folder);
    }
    for (const folder of folders) {
      if (this.#folders.size >= FOLDERS_MAX) break;
      if (this.#folders.has(folder)) continue;
      this.#folders.add(folder);
      this.#watcher.add(folder);
    }
  }

  /** Watches nothing any more. */
  async close(): Promise<void> {
    await this.#watcher.close();
  }
}

function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) {
    return undefined;
  }
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}
