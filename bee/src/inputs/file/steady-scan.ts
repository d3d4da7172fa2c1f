/**
 * Files of a folder while others rename them: a file that moves between the listing and the look at its name is
 * missed by one scan, and what is missed when a generation begins is never searched for again.
 */
import { readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { inodeKey } from './identity.ts';
import { statOf } from './open.ts';

/** Past it all that any scan found is taken. */
const SCANS_MAX = 5;

/** A file, by the last name that it was seen under. */
export interface SteadyFile<T> {
  readonly path: string;
  readonly stat: Stats;
  readonly content: T | undefined;
}

/**
 * The regular files of a folder by their names. Scans until two scans in a row find the same; if none do, gives
 * what any of them found.
 *
 * @param look part of each scan; undefined if the path turned out to lead to another file than `stat` tells of
 */
export function filesIn<T>(
  folder: string,
  isWanted: (name: string) => boolean,
  look: (path: string, stat: Stats) => T | undefined,
): readonly SteadyFile<T>[] {
  const files = new Map<string, SteadyFile<T>>();
  for (let scans = 0, before = ''; scans < SCANS_MAX; scans++) {
    const seen: string[] = [];
    for (const name of namesIn(folder)) {
      const path = join(folder, name);
      const stat = isWanted(name) ? statOf(path) : undefined;
      if (!stat?.isFile()) continue;
      // An inode is used again after a deletion: its birth tells.
      const key = `${inodeKey(stat)} ${stat.birthtimeMs}`;
      files.set(key, { path, stat, content: look(path, stat) ?? files.get(key)?.content });
      seen.push(`${key} ${name}`);
    }
    const now = JSON.stringify(seen);
    if (scans > 0 && now === before) break;
    before = now;
  }
  return [...files.values()];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
