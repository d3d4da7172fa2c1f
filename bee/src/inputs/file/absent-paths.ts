/**
 * Paths that a target names without wild cards and that lead nowhere: their log may have been made and rotated away
 * between two looks. Where the folder has not changed since, nobody need look for that.
 */
import { dirname } from 'node:path';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import { statOf } from './open.ts';

/** A folder that changed this recently may change again within the same tick of its time stamp. */
const FRESH_MS = 1_000;

/** See the file's head. */
export class AbsentPaths {
  /** Target and path → its folder's time stamp when it was searched. */
  #searched = new Map<string, number>();
  #seen = new Map<string, number>();

  /** Calls `search` unless the path's folder is as it was when that was done last. */
  look(path: string, target: TargetSpec, search: () => void): void {
    const stat = statOf(dirname(path));
    if (!stat) return;
    const key = `${target.id} ${path}`;
    if (this.#searched.get(key) !== stat.mtimeMs) search();
    const isFresh = Math.abs(Date.now() - stat.mtimeMs) < FRESH_MS;
    if (!isFresh) this.#seen.set(key, stat.mtimeMs);
  }

  /** Ends a look: forgets paths that are there again or that no target names. */
  settle(): void {
    this.#searched = this.#seen;
    this.#seen = new Map();
  }
}
