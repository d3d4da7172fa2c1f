/** New files that may turn out to be copies (logrotate's copytruncate) of files that are being read. */
import type { Stats } from 'node:fs';
import { COPY_SUSPECT_MS } from '@apiary/common/limits.ts';
import { inodeKey } from './identity.ts';
import type { FileReader } from './reader.ts';
import { isCopyOf } from './rotation.ts';

/** See the file's head. */
export class CopySuspects {
  readonly #readers: ReadonlyMap<string, FileReader>;
  readonly #suspects = new Map<string, { size: number; sinceMs: number }>();

  /** @param readers all that are open, by inode */
  constructor(readers: ReadonlyMap<string, FileReader>) {
    this.#readers = readers;
  }

  /** True if a file looks like a copy, complete or under way, of one that is being read. */
  looksCopied(path: string, fd: number, size: number): boolean {
    for (const elder of this.#readers.values()) {
      if (elder.isRotated || elder.fd === fd || !elder.mayHaveCopyAt(path)) continue;
      const { marks } = elder.generation;
      // One without content yet may become a copy, and there is nothing to miss.
      if (size === 0 || isCopyOf(fd, { fd: elder.fd, marks })) return true;
    }
    return false;
  }

  /** A file that equals the beginning of its elder is read later, when it has shown to be no copy. */
  mustWait(file: { path: string; fd: number; stat: Stats }, nowMs: number): boolean {
    const key = inodeKey(file.stat);
    const { size } = file.stat;
    if (!this.looksCopied(file.path, file.fd, size)) return false;
    const known = this.#suspects.get(key);
    if (!known || size === 0 || known.size !== size || nowMs < known.sinceMs) {
      this.#suspects.set(key, { size, sinceMs: nowMs });
      return true;
    }
    return nowMs - known.sinceMs < COPY_SUSPECT_MS;
  }

  /** It was taken for what it is. */
  clear(stat: Stats): void {
    this.#suspects.delete(inodeKey(stat));
  }
}
