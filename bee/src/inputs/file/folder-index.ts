import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inodeKey } from './identity.ts';
import { statOf } from './open.ts';
import { isCompressed } from './rotation.ts';
import { scanSteadily } from './steady-scan.ts';

/** Which path leads to which inode, by folder; each folder is scanned once. Made for one look, then dropped. */
export class FolderIndex {
  readonly #folders = new Map<string, ReadonlyMap<string, string>>();

  /** A path in the folder of `path` that leads to the inode, compressed files aside. */
  pathOf(path: string, inode: { readonly dev: number; readonly ino: number }): string | undefined {
    const folder = dirname(path);
    let paths = this.#folders.get(folder);
    if (!paths) {
      paths = scanSteadily(() => read(folder), inodesAndPaths);
      this.#folders.set(folder, paths);
    }
    return paths.get(inodeKey(inode));
  }
}

function inodesAndPaths(paths: ReadonlyMap<string, string>): string {
  return JSON.stringify([...paths]);
}

function read(folder: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return paths;
  }
  for (const name of names) {
    if (isCompressed(name)) continue;
    const path = join(folder, name);
    const stat = statOf(path);
    if (stat?.isFile()) paths.set(inodeKey(stat), path);
  }
  return paths;
}
