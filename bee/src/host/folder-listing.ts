/**
 * The names in a folder, as far as the host's owner allows. Judged is the real path of the descriptor that was
 * opened. Outside the roots only the ways that lead to them are told.
 */
import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  opendirSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { FOLDER_ENTRIES_MAX, FOLDER_NAMES_MAX } from '@apiary/common/limits/host-view.ts';
import type { Answer, Folder, FolderEntry } from '@apiary/common/messages/host-view.ts';
import { type Allowance, forbiddenReason, isAllowed, reasonOf } from '../inputs/file/open.ts';
import { codeOf } from '../system-error.ts';

/** What a listing knows beside the disk. */
export interface ListingContext {
  readonly allowance: Allowance;
  /** True for the path of a file that a target reads now. */
  readonly isWatched: (path: string) => boolean;
}

/** Lists a folder, narrowed to names that hold `match`, whatever its case. */
export function listFolder(path: string, match: string, context: ListingContext): Answer {
  const { allowance } = context;
  const clean = join('/', path).replace(/(.)\/$/, '$1');
  const head = { kind: 'folder', path: clean, roots: allowance.allow.slice(0, 64) } as const;
  let fd: number | undefined;
  try {
    fd = openSync(clean, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK);
    const real = process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${fd}`) : clean;
    if (!isAllowed(real, allowance)) return closed(head, clean, real, allowance);
    return { ...head, open: true, ...readEntries(fd, clean, match, context) };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return { kind: 'refused', code: 'not-found', reason: `There is no folder ${clean}.` };
    }
    const reason = reasonOf(clean, code, error);
    return { ...head, open: false, reason, entries: [], omitted: 0 };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

type Head = Pick<Folder, 'kind' | 'path' | 'roots'>;

function closed(head: Head, path: string, real: string, allowance: Allowance): Folder {
  const reason = forbiddenReason(path, real, allowance);
  const prefix = real === '/' ? '/' : `${real}/`;
  const ways = allowance.allow.filter((root) => root.startsWith(prefix) && root !== real);
  const names = new Set(ways.map((root) => root.slice(prefix.length).split('/')[0] ?? ''));
  const entries = [...names].sort().map((name): FolderEntry => {
    return { name, kind: 'folder', link: false, open: true, watched: false };
  });
  return { ...head, open: false, reason, entries, omitted: 0 };
}

function readEntries(fd: number, path: string, match: string, context: ListingContext) {
  const names = namesOf(process.platform === 'linux' ? `/proc/self/fd/${fd}` : path);
  const wanted = match.toLowerCase();
  const matching = names
    .filter((name) => name.toLowerCase().includes(wanted))
    .sort((a, b) => (a < b ? -1 : 1));
  const entries = matching
    .slice(0, FOLDER_ENTRIES_MAX)
    .map((name) => entryOf(join(path, name), context));
  entries.sort((a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder'));
  return { entries, omitted: matching.length - entries.length };
}

/** The first FOLDER_NAMES_MAX names that the system gives. */
function namesOf(folder: string): string[] {
  const names: string[] = [];
  const directory = opendirSync(folder, { bufferSize: 256 });
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      // A longer name is none that a target's URL could hold.
      if (entry.name.length <= 1024) names.push(entry.name);
      if (names.length >= FOLDER_NAMES_MAX) break;
    }
  } finally {
    directory.closeSync();
  }
  return names;
}

function entryOf(path: string, context: ListingContext): FolderEntry {
  const name = basename(path);
  const nothing = { name, kind: 'other', link: false, open: false, watched: false } as const;
  try {
    const own = lstatSync(path);
    const link = own.isSymbolicLink();
    const stat = link ? statSync(path, { throwIfNoEntry: false }) : own;
    if (!stat) return { ...nothing, link, reason: `${path} is a link to nothing.` };
    const kind = kindOf(stat);
    const reason = closedReason(path, stat, link, context.allowance);
    const sized = kind === 'file' ? { bytes: stat.size } : {};
    const facts = { ...sized, modifiedMs: Math.round(stat.mtimeMs) };
    const watched = kind === 'file' && context.isWatched(path);
    const open = reason === undefined;
    return { name, kind, link, ...facts, open, ...(open ? {} : { reason }), watched };
  } catch (error) {
    return { ...nothing, reason: reasonOf(path, codeOf(error), error).slice(0, 1024) };
  }
}

function kindOf(stat: Stats): FolderEntry['kind'] {
  if (stat.isDirectory()) return 'folder';
  return stat.isFile() ? 'file' : 'other';
}

/** Why a path inside an allowed folder is closed all the same. */
function closedReason(
  path: string,
  stat: Stats,
  link: boolean,
  allowance: Allowance,
): string | undefined {
  const real = link ? realpathSync(path) : path;
  if (!isAllowed(real, allowance)) return forbiddenReason(path, real, allowance).slice(0, 1024);
  if (!stat.isFile() && !stat.isDirectory()) return `${path} is no regular file.`.slice(0, 1024);
  try {
    accessSync(path, stat.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK);
    return undefined;
  } catch (error) {
    return reasonOf(path, codeOf(error), error).slice(0, 1024);
  }
}
