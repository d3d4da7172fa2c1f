/**
 * Where did the rest of a truncated generation go? Copied beside it before (logrotate's copytruncate). Also:
 * is a new file such a copy?
 */
import { closeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bearsMarks, type ContentMarks, inodeKey, isBeginningOf } from './identity.ts';
import { type Allowance, type Opened, openRegular } from './open.ts';
import { filesIn } from './steady-scan.ts';

/** Copies that are opened and compared. */
const COMPARED_MAX = 100;
/** Copies that are renamed between look and comparison are looked for again so often. */
const SEARCHES_MAX = 5;

/** A file that was found and opened. */
export type Found = Extract<Opened, { kind: 'open' }> & { readonly path: string };

/** Names of compressed files: they are no text. Of gzipped ones `gzip-files.ts` gives the plain content. */
export function isCompressed(path: string): boolean {
  return /\.(?:gz|bz2|xz|zst|lz4|zip)$/i.test(path);
}

/**
 * Finds a copy, beside `path`, of a generation that was truncated: another file that bears its marks. Only
 * one with content beyond the marks or just as long is of interest; the longest wins.
 *
 * @param onGiveUp called if candidates were renamed in each of SEARCHES_MAX searches: there may be a copy
 */
export function findCopy(
  path: string,
  marks: ContentMarks,
  allowance: Allowance,
  onGiveUp: () => void,
): Found | undefined {
  if (marks.headLength === 0 || marks.confirmed === 0) return undefined;
  for (let searches = 0; searches < SEARCHES_MAX; searches++) {
    const found = searchCopy(path, marks, allowance);
    if (found !== 'moved') return found;
  }
  onGiveUp();
  return undefined;
}

/** `moved` if there is none, and some candidate was renamed before it could be compared. */
function searchCopy(
  path: string,
  marks: ContentMarks,
  allowance: Allowance,
): Found | 'moved' | undefined {
  const folder = dirname(path);
  const mayBeCopy = (name: string) => mayDescend(join(folder, name), path) && !isCompressed(name);
  const candidates = [...filesIn(folder, mayBeCopy, () => undefined)]
    .filter(({ stat }) => stat.size >= marks.confirmed)
    .sort((a, b) => b.stat.mtimeMs - a.stat.mtimeMs)
    .slice(0, COMPARED_MAX);
  let hasMoved = false;
  for (const { path: name, stat } of candidates) {
    const opened = openRegular(name, allowance);
    if (opened.kind === 'open' && bearsMarks(opened.fd, marks)) return { ...opened, path: name };
    if (opened.kind === 'open') closeSync(opened.fd);
    if (opened.kind === 'absent') hasMoved = true;
    if (opened.kind === 'open' && inodeKey(opened.stat) !== inodeKey(stat)) hasMoved = true;
  }
  return hasMoved ? 'moved' : undefined;
}

/** True if a path may be a rotated form of another, by its name: `app.log.1` or `app-2026.log` of `app.log`. */
export function mayDescend(path: string, original: string): boolean {
  const stem = stemOf(original);
  return path !== original && path.startsWith(stem) && !path.includes('/', stem.length);
}

/** A path without its last extension: what the paths of its rotated forms begin with. */
export function stemOf(path: string): string {
  return join(dirname(path), basename(path).replace(/(?<=.)\.[^.]*$/, ''));
}

/** True if a new file looks like a copy, complete or under way, of a file that is being read. */
export function isCopyOf(
  fd: number,
  original: { readonly fd: number; readonly marks: ContentMarks },
): boolean {
  const { marks } = original;
  const isComplete = marks.headLength > 0 && marks.confirmed > 0 && bearsMarks(fd, marks);
  return isComplete || isBeginningOf(fd, original.fd);
}
