/**
 * Generations that nobody saw: made and rotated away while the Bee was down, or between two looks. When a
 * path shows a file that is new, its rotated siblings that were born after everything that is known
 * of the path, and that are nobody's copy, hold lines that were never read.
 */
import { closeSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { GenerationRecord } from '../../checkpoint.ts';
import { birthOf, inodeKey, readAt } from './identity.ts';
import { type Allowance, openRegular, statOf } from './open.ts';
import { type Found, isCompressed } from './rotation.ts';

/** Missed generations of one path that are looked at. */
const MISSED_MAX = 100;

/** What is searched for. */
export interface MissedSearch {
  /** The path that shows a new file now. */
  readonly path: string;
  /** When that file was born; 0 where the file system does not tell. */
  readonly bornBefore: number;
  /** Everything that is remembered, the new file's own record aside. */
  readonly known: readonly GenerationRecord[];
  /** True for an inode that is being read. */
  readonly isRead: (key: string) => boolean;
  readonly allowance: Allowance;
}

/** The files, opened, eldest first. Without birth times, or with nothing known of the path, there are none. */
export function findMissed(search: MissedSearch): Found[] {
  const ofPath = search.known.filter(({ path }) => path === search.path);
  const newest = Math.max(0, ...ofPath.map(({ birthMs }) => birthMs));
  if (newest === 0) return [];
  const inodes = new Set(search.known.map(inodeKey));
  const found: (Found & { readonly bornMs: number })[] = [];
  for (const path of rotatedForms(search.path)) {
    const stat = statOf(path);
    if (!stat?.isFile()) continue;
    const bornMs = birthOf(stat);
    const key = inodeKey(stat);
    // Files that are made within one tick of the file system's clock are of one age.
    const isBetween = bornMs >= newest && (search.bornBefore === 0 || bornMs <= search.bornBefore);
    if (!isBetween || inodes.has(key) || search.isRead(key)) continue;
    const opened = openRegular(path, search.allowance);
    if (opened.kind !== 'open') continue;
    const isSame = inodeKey(opened.stat) === key && !isCopyOfKnown(opened.fd, ofPath);
    if (isSame && found.length < MISSED_MAX) found.push({ ...opened, path: search.path, bornMs });
    else closeSync(opened.fd);
  }
  return found.sort((a, b) => a.bornMs - b.bornMs);
}

/** True for the name of a rotated form: `app.log.1`, `app.log-20261120`, `app-2026-11-20.log` of `app.log`. */
export function isRotatedForm(name: string, original: string): boolean {
  if (name === original || isCompressed(name)) return false;
  if (name.startsWith(`${original}.`) || name.startsWith(`${original}-`)) return true;
  const extension = extname(original);
  const stem = original.slice(0, original.length - extension.length);
  if (extension === '' || !name.startsWith(stem) || !name.endsWith(extension)) return false;
  return /^[.-]\d[\d.T_-]*$/.test(name.slice(stem.length, name.length - extension.length));
}

function rotatedForms(path: string): string[] {
  const folder = dirname(path);
  try {
    return readdirSync(folder)
      .filter((name) => isRotatedForm(name, basename(path)))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** A copy that was made for copytruncate begins as the file that it was made of. */
function isCopyOfKnown(fd: number, known: readonly GenerationRecord[]): boolean {
  return known.some(({ headLength, headCrc }) => {
    if (headLength === 0) return false;
    const head = readAt(fd, 0, headLength);
    return head.length === headLength && crc32(head) === headCrc;
  });
}
