/**
 * Where did the rest of a generation go? Renamed beside where it was (logrotate's default), or copied
 * there before the file was truncated (logrotate's copytruncate). Also: is a new file such a copy?
 */
import { closeSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { GenerationRecord } from '../../checkpoint.ts';
import { bearsMarks, birthAgrees, type ContentMarks, inodeKey, isBeginningOf } from './identity.ts';
import { type Allowance, type Opened, openRegular } from './open.ts';

/** Names beside a rotated file that are looked at. */
const SIBLINGS_MAX = 10_000;
/** Copies that are opened and compared. */
const COMPARED_MAX = 100;

/** A file that was found and opened. */
export type Found = Extract<Opened, { kind: 'open' }> & { readonly path: string };

/** Names of compressed files: they are no text, and what they hold was read before. */
export function isCompressed(path: string): boolean {
  return /\.(?:gz|bz2|xz|zst|lz4|zip)$/i.test(path);
}

/** Finds the recorded inode under another name in the folder where it was; its content is compared. */
export function findRenamed(record: GenerationRecord, allowance: Allowance): Found | undefined {
  const key = inodeKey(record);
  for (const path of siblings(record.path)) {
    if (isCompressed(path)) continue;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat || inodeKey(stat) !== key) continue;
    const opened = openRegular(path, allowance);
    if (opened.kind !== 'open') continue;
    const isSame = inodeKey(opened.stat) === key && birthAgrees(record, opened.stat);
    if (isSame && bearsMarks(opened.fd, record)) return { ...opened, path };
    closeSync(opened.fd);
  }
  return undefined;
}

/**
 * Finds a copy, beside `path`, of a generation that was truncated: another file that bears its marks. Only
 * one with content beyond the marks or just as long is of interest; the longest wins.
 *
 * @param isTaken says that an inode is read already
 */
export function findCopy(
  path: string,
  marks: ContentMarks,
  allowance: Allowance,
  isTaken: (key: string) => boolean,
): Found | undefined {
  if (marks.headLength === 0 || marks.confirmed === 0) return undefined;
  const stem = basename(path).replace(/\.[^.]*$/, '');
  const candidates = siblings(path)
    .filter((name) => name !== path && basename(name).startsWith(stem) && !isCompressed(name))
    .map((name) => ({ name, stat: statSync(name, { throwIfNoEntry: false }) }))
    .filter(
      ({ stat }) => stat?.isFile() && stat.size >= marks.confirmed && !isTaken(inodeKey(stat)),
    )
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
    return readdirSync(folder)
      .slice(0, SIBLINGS_MAX)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
