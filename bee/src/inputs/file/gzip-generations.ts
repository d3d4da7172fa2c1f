/** Which gz files hold what nobody has read: by their heads, and by when they were last written. */
import type { Stats } from 'node:fs';
import type { Checkpoint, GenerationRecord } from '../../checkpoint.ts';
import type { GzipFiles, GzipHead } from './gzip-files.ts';

/** Where to look it up. */
export interface GzipKnowledge {
  readonly checkpoint: Checkpoint;
  readonly gzip: GzipFiles;
}

/** What is searched for. */
export interface MissedGzipSearch {
  readonly path: string;
  /** Everything that is remembered. */
  readonly known: readonly GenerationRecord[];
  /** When the target was set; 0 if that is not known. */
  readonly since: number;
  readonly gzip: GzipFiles;
}

/**
 * Heads of the gz forms of a log that were written later than anything of it that was seen (with nothing seen: later
 * than its target was set), eldest first.
 */
export function missedGzips({ path: log, known, since, gzip }: MissedGzipSearch): GzipHead[] {
  const ofPath = known.filter(({ path }) => path === log);
  const newestMs = Math.max(0, ...ofPath.map(({ writtenMs }) => writtenMs)) || since;
  if (newestMs === 0) return [];
  return gzip
    .formsOf(log)
    .filter(({ stat }) => stat.mtimeMs > newestMs)
    .sort((a, b) => a.stat.mtimeMs - b.stat.mtimeMs)
    .flatMap(({ content }) => content ?? [])
    .filter((head) => !gzip.isKnown(head));
}

/**
 * Judges a gz file that a target names. Known is what a remembered generation holds, and what was last written
 * before something of the same log that was seen.
 */
export function judgeGzip(
  path: string,
  stat: Stats,
  isFresh: boolean,
  { checkpoint, gzip }: GzipKnowledge,
): GzipHead | 'known' | 'not-yet' {
  const head = gzip.headOf(path, stat);
  if (!head) return 'not-yet';
  if (gzip.isKnown(head)) return 'known';
  if (isFresh) return head;
  const original = plainPathOf(path);
  for (const record of checkpoint.generations.values()) {
    if (record.path === original && record.writtenMs >= stat.mtimeMs) return 'known';
  }
  return head;
}

/** `app.log` of `app.log.1.gz`. */
export function plainPathOf(path: string): string {
  return path.replace(/(?:[.-]\d[\d.T_-]*)?\.gz$/i, '');
}
