/**
 * Where did the rest of a truncated generation go? Copied beside it before (logrotate's copytruncate). Also:
 * is a new file such a copy?
 */
import { closeSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bearsMarks, type ContentMarks, isBeginningOf } from './identity.ts';
import { type Allowance, type Opened, openRegular, statOf } from './open.ts';

/** Names beside a rotated file that are looked at. */
const SIBLINGS_MAX = 10_000;
/** Copies that are opened and compared. */
const COMPARED_MAX = 100;

/** A file that was found and opened. */
export type Found = Extract<Opened, { kind: 'open' }> & { readonly path: string };

/** Names of compressed files: they are no text. Of gzipped ones `gzip-files.ts` gives the plain content. */
export function isCompressed(path: string): boolean {
  return /\.(?:gz|bz2|xz|zst|lz4|zip)$/i.test(path);
}

/**
 * Finds a copy, beside `path`, of a generation that was truncated: another file that bears its marks. Only
 * one with content beyond the marks or just as long is of interest; the longest wins.
 */
export function findCopy(
  path: string,
  marks: ContentMarks,
  allowance: Allowance,
): Found | undefined {
  if (marks.headLength === 0 || marks.confirmed === 0) return undefined;
  const candidates = siblings(path)
    .filter((name) => mayDescend(name, path) && !isCompressed(name))
    .map((name) => ({ name, stat: statOf(name) }))
    .filter(({ stat }) => stat?.isFile() && stat.size >= marks.confirmed)
    .sort((a, b) => (b.stat?.mtimeMs ?? 0) - (a.stat?.mtimeMs ?? 0))
    .slice(0, COMPARED_MAX);
  for (const { name } of candidates) {
    const opened = openRegular(name, allowance);
    if (opened.kind !== 'open') continue;
    if (bearsMarks(opened.fd, marks)) return { ...opened, path: name };
    closeSync(opened.fd);
  }
  return undefined;
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

function siblings(path: string): string[] {
  const folder = dirname(path);
  try {
    const paths = readdirSync(folder).map((name) => join(folder, name));
    const related = paths.filter((name) => mayDescend(name, path));
    const others = paths.filter((name) => !mayDescend(name, path));
    return [...related, ...others].slice(0, SIBLINGS_MAX);
  } catch {
    return [];
  }
}
