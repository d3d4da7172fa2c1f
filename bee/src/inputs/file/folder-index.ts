import { dirname } from 'node:path';
import { inodeKey } from './identity.ts';
import { isCompressed } from './rotation.ts';
import { filesIn } from './steady-scan.ts';

/** Which path leads to which inode, by folder; each folder is scanned once. Made for one look, then dropped. */
export class FolderIndex {
  readonly #folders = new Map<string, ReadonlyMap<string, string>>();

  /** A path in the folder of `path` that leads to the inode, compressed files aside. */
  pathOf(path: string, inode: { readonly dev: number; readonly ino: number }): string | undefined {
    const folder = dirname(path);
    let paths = this.#folders.get(folder);
    if (!paths) {
      const files = filesIn(
        folder,
        (name) => !isCompressed(name),
        () => undefined,
      );
      paths = new Map(files.map((file) => [inodeKey(file.stat), file.path]));
      this.#folders.set(folder, paths);
    }
    return paths.get(inodeKey(inode));
  }
}
