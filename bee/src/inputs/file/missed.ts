/**
 * Generations that nobody saw: made and rotated away while the Bee was down, or between two looks. When a
 * path shows a file that is new or none, its rotated siblings that were born after everything that is known
 * of the path, and that are nobody's copy, hold lines that were never read.
 */
import { closeSync, type Stats } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { GenerationRecord } from '../../checkpoint.ts';
import { birthOf, headOf, inodeKey, readAt } from './identity.ts';
import { type Allowance, openRegular } from './open.ts';
import { isCompressed } from './rotation.ts';
import { filesIn } from './steady-scan.ts';

/** What is searched for. */
export interface MissedSearch {
  /** The path that shows a new file now, or none. */
  readonly path: string;
  /** When that file was born; 0 where there is none, or where the file system does not tell. */
  readonly bornBefore: number;
  /** When the target was set; 0 if that is not known. */
  readonly since: number;
  /** Everything that is remembered, the new file's own record aside. */
  readonly known: readonly GenerationRecord[];
  /** True for an inode that is being read. */
  readonly isRead: (key: string) => boolean;
  readonly allowance: Allowance;
}

/** What identifies a missed generation. */
export type Missed = Pick<GenerationRecord, 'dev' | 'ino' | 'birthMs' | 'headLength' | 'headCrc'>;

/** Eldest first. Without birth times there are none; with nothing known of the path, what is younger than its target. */
export function findMissed(search: MissedSearch): Missed[] {
  const ofPath = search.known.filter(({ path }) => path === search.path);
  const newest = Math.max(0, ...ofPath.map(({ birthMs }) => birthMs)) || search.since;
  if (newest === 0) return [];
  // An inode is used again after a deletion: its birth tells.
  const inodes = new Set(search.known.map((record) => `${inodeKey(record)} ${record.birthMs}`));
  const copies = new CopyTest(ofPath);
  const headOfMissed = (path: string, stat: Stats) => {
    const birthMs = birthOf(stat);
    const key = inodeKey(stat);
    // Files that are made within one tick of the file system's clock are of one age.
    const isBetween =
      birthMs >= newest && (search.bornBefore === 0 || birthMs <= search.bornBefore);
    if (!isBetween || inodes.has(`${key} ${birthMs}`) || search.isRead(key)) return undefined;
    const head = uncopiedHead(path, stat, copies, search.allowance);
    return head && { dev: stat.dev, ino: stat.ino, birthMs, ...head };
  };
  const original = basename(search.path);
  const isForm = (name: string) => isRotatedForm(name, original);
  return filesIn(dirname(search.path), isForm, headOfMissed)
    .flatMap(({ content }) => content ?? [])
    .sort((a, b) => a.birthMs - b.birthMs);
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

function uncopiedHead(path: string, stat: Stats, copies: CopyTest, allowance: Allowance) {
  const opened = openRegular(path, allowance);
  if (opened.kind !== 'open') return undefined;
  const isSame = inodeKey(opened.stat) === inodeKey(stat);
  const head = isSame && !copies.isCopy(opened.fd) ? headOf(opened.fd) : undefined;
  closeSync(opened.fd);
  return head;
}

/** A copy that was made for copytruncate begins as the file that it was made of. */
class CopyTest {
  /** CRCs of the heads that are known, by the length of the head. */
  readonly #heads = new Map<number, Set<number>>();

  constructor(known: readonly GenerationRecord[]) {
    for (const { headLength, headCrc } of known) {
      if (headLength === 0) continue;
      const crcs = this.#heads.get(headLength);
      if (crcs) crcs.add(headCrc);
      else this.#heads.set(headLength, new Set([headCrc]));
    }
  }

  isCopy(fd: number): boolean {
    const head = readAt(fd, 0, Math.max(0, ...this.#heads.keys()));
    return [...this.#heads].some(
      ([length, crcs]) => head.length >= length && crcs.has(crc32(head.subarray(0, length))),
    );
  }
}
