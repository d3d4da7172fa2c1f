/** Looks for log files: what other processes write now, and what lies in the allowed folders. Bounded. */
import { type Dirent, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import {
  SUGGESTION_DESCRIPTORS_MAX,
  SUGGESTION_FOLDERS_MAX,
  SUGGESTION_NAMES_MAX,
} from '@apiary/common/limits/host-view.ts';
import { statOf } from '../inputs/file/open.ts';

/** A file that was written within so long is worth watching. */
const RECENT_MS = 7 * 86_400_000;
const DEPTH_MAX = 4;
/** Where to look when the whole machine is allowed. */
const USUAL_FOLDERS = ['/var/log', '/opt', '/srv', '/home', '/root'];
const LOG_NAME = /(?:\.(?:log|out|err|jsonl|ndjson)|_log|^catalina\.out)$/;
const O_ACCMODE = 3;

/** Files that this user may see other processes write, with the program's name. */
export function filesBeingWritten(proc = '/proc'): ReadonlyMap<string, string> {
  const writers = new Map<string, string>();
  let left = SUGGESTION_DESCRIPTORS_MAX;
  for (const pid of namesIn(proc)) {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue;
    for (const fd of namesIn(join(proc, pid, 'fd'))) {
      if (left-- <= 0) return writers;
      const path = linkOf(join(proc, pid, 'fd', fd));
      if (!path?.startsWith('/') || !isLogPath(path) || writers.has(path)) continue;
      if (isOpenForWriting(join(proc, pid, 'fdinfo', fd))) {
        writers.set(path, textOf(join(proc, pid, 'comm'))?.trim() ?? 'a process');
      }
    }
  }
  return writers;
}

/** Log files below the folders that were written lately; in each folder by name. */
export function recentLogFiles(
  roots: readonly string[],
  isClosed: (folder: string) => boolean,
  nowMs: number,
): ReadonlyMap<string, Stats> {
  const found = new Map<string, Stats>();
  const waiting = [...new Set(roots.flatMap((root) => (root === '/' ? USUAL_FOLDERS : root)))].map(
    (path) => ({ path, depth: 0 }),
  );
  let names = 0;
  for (let n = 0; n < waiting.length && n < SUGGESTION_FOLDERS_MAX; n++) {
    const { path, depth } = waiting[n] ?? { path: '', depth: 0 };
    if (isClosed(path)) continue;
    for (const entry of entriesIn(path)) {
      if (++names > SUGGESTION_NAMES_MAX) return found;
      const inside = join(path, entry.name);
      if (entry.isDirectory() && depth < DEPTH_MAX && !entry.name.startsWith('.')) {
        waiting.push({ path: inside, depth: depth + 1 });
      } else if (entry.isFile() && LOG_NAME.test(entry.name)) {
        const stat = statOf(inside);
        if (stat && stat.size > 0 && nowMs - stat.mtimeMs < RECENT_MS) found.set(inside, stat);
      }
    }
  }
  return found;
}

function isLogPath(path: string): boolean {
  if (path.endsWith(' (deleted)')) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return LOG_NAME.test(name) || (path.startsWith('/var/log/') && !/\.(?:journal|db)$/.test(name));
}

function isOpenForWriting(fdinfo: string): boolean {
  const flags = /^flags:\s+([0-7]+)$/m.exec(textOf(fdinfo) ?? '')?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & O_ACCMODE) !== 0;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): readonly string[] {
  return entriesIn(folder).map(({ name }) => name);
}

function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Another user's process, or a folder that went meanwhile.
    return [];
  }
}
