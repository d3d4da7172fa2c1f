/**
 * Opens a file only if the host's owner allows it. Judged is the real path of the descriptor that was
 * opened, so no link and no swap between look and open leads out of the allowed folders.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { codeOf, wordsOf } from '../../system-error.ts';

/** An opened regular file, or why there is none, as a person can act on it. */
export type Opened =
  | { readonly kind: 'open'; readonly fd: number; readonly stat: Stats; readonly realPath: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Which real paths may be read. */
export interface Allowance {
  /** Real, absolute paths of folders. */
  readonly allow: readonly string[];
  /** Never, whatever is allowed. */
  readonly dataFolder: string;
}

/** Opens a path for reading, following links. Never blocks on pipes, never opens a device. */
export function openRegular(path: string, allowance: Allowance): Opened {
  let fd: number | undefined;
  try {
    // A device could act on being opened.
    const before = statSync(path, { throwIfNoEntry: false });
    if (before === undefined) return { kind: 'absent' };
    if (!before.isFile()) return notRegular(path);
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const realPath = realPathOf(fd, path);
    const stat = fstatSync(fd);
    const refused = stat.isFile() ? judge(path, realPath, allowance) : notRegular(path);
    if (refused === undefined) return { kind: 'open', fd, stat, realPath };
    closeSync(fd);
    return refused;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'refused', reason: reasonOf(path, code, error) };
  }
}

/** What a path leads to; undefined if nothing, or nothing that this user may look at. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** True if a real path lies in an allowed folder and not in the Bee's own. */
export function isAllowed(realPath: string, allowance: Allowance): boolean {
  return (
    !isWithin(realPath, allowance.dataFolder) &&
    allowance.allow.some((root) => isWithin(realPath, root))
  );
}

/** What to tell a person who asked for a path outside. */
export function forbiddenReason(path: string, realPath: string, allowance: Allowance): string {
  const link = realPath === path ? '' : ` (really ${realPath})`;
  if (isWithin(realPath, allowance.dataFolder)) {
    return `${path}${link} belongs to the Bee itself and is never read.`;
  }
  const roots = allowance.allow.join(', ') || 'none';
  return (
    `${path}${link} is outside the folders that this host's owner allows (${roots}). ` +
    'To allow it, start the Bee there with --allow and that folder.'
  );
}

/** The reason for a person when a path cannot be read or listed. */
export function reasonOf(path: string, code: string, error?: unknown): string {
  if (code === 'EACCES' || code === 'EPERM') {
    const user = userInfo().username;
    return (
      `${path} cannot be read: permission denied. ` +
      `Let the user ${user} read it, e.g. setfacl -m u:${user}:r ${path}`
    );
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    return `${path} cannot be read: too many open files. Raise the limit (ulimit -n) of the Bee.`;
  }
  const words = error === undefined ? code : wordsOf(error);
  return `${path} cannot be read: ${words}`;
}

/** True if paths below this folder can be allowed, so that it may be looked into at all. */
export function mayLookInto(folder: string, allowance: Allowance): boolean {
  let real = folder;
  try {
    real = realpathSync(folder);
  } catch {
    // It does not exist yet; its name is all there is to judge.
  }
  return allowance.allow.some((root) => isWithin(real, root) || isWithin(root, real));
}

function judge(path: string, realPath: string, allowance: Allowance): Opened | undefined {
  if (isAllowed(realPath, allowance)) return undefined;
  return { kind: 'refused', reason: forbiddenReason(path, realPath, allowance) };
}

function notRegular(path: string): Opened {
  return { kind: 'refused', reason: `${path} is no regular file.` };
}

function realPathOf(fd: number, path: string): string {
  if (process.platform !== 'linux') return realpathSync(path);
  // A file that was deleted since carries a mark at the end of its link.
  return readlinkSync(`/proc/self/fd/${fd}`).replace(/ \(deleted\)$/, '');
}

function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}
