/**
 * Wake-ups from the system for folders. Only folders are watched (one inotify watch each, however many
 * files they hold), and chokidar's raw events are taken, which come within a millisecond. Events may be
 * missing, doubled or late: they only say where to look, and looking at intervals is the truth.
 */
import type { Clock } from '@apiary/common/clock.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { FSWatcher } from 'chokidar';

const FOLDERS_MAX = 1024;
/** What is in the files at the start is on its way by then; until then the looks alone see what moves. */
const BEGIN_MS = 200;

/**
 * Called with the folder, the name in it where the system tells one, and whether that name's content
 * changed or the name itself came or went.
 */
export type WakeUp = (folder: string, name: string | undefined, kind: 'change' | 'rename') => void;

/** See the file's head. */
export class FolderWatch {
  readonly #wake: WakeUp;
  readonly #log: Logger;
  readonly #folders = new Set<string>();
  readonly #cancel: () => void;
  #watcher: FSWatcher | undefined;
  #isClosed = false;

  constructor(wake: WakeUp, log: Logger, clock: Clock) {
    this.#wake = wake;
    this.#log = log;
    this.#cancel = clock.after(BEGIN_MS, () => void this.#begin());
  }

  /** Watches exactly these folders (the first FOLDERS_MAX of them). */
  watch(folders: ReadonlySet<string>): void {
    for (const folder of this.#folders) {
      if (folders.has(folder)) continue;
      this.#folders.delete(folder);
      this.#watcher?.unwatch(folder);
    }
    for (const folder of folders) {
      if (this.#folders.size >= FOLDERS_MAX) break;
      if (this.#folders.has(folder)) continue;
      this.#folders.add(folder);
      this.#watcher?.add(folder);
    }
  }

  /** Watches nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#watcher?.close();
  }

  async #begin(): Promise<void> {
    const { FSWatcher } = await import('chokidar');
    if (this.#isClosed) return;
    const watcher = new FSWatcher({
      ignoreInitial: true,
      persistent: true,
      depth: 0,
      ignored: (path) => !this.#folders.has(path),
    });
    watcher.on('raw', (event, name, details: unknown) => {
      const folder = watchedPathOf(details);
      const kind = event === 'change' ? 'change' : 'rename';
      if (folder !== undefined)
        this.#wake(folder, typeof name === 'string' ? name : undefined, kind);
    });
    watcher.on('error', (error) => {
      // E.g. the system's limit of watches: looking at intervals goes on.
      this.#log.debug({ error: String(error) }, 'watch.failed');
    });
    for (const folder of this.#folders) watcher.add(folder);
    this.#watcher = watcher;
  }
}

function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) {
    return undefined;
  }
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}
