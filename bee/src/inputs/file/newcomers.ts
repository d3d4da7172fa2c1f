/** Files that no reader reads yet: opened as far as the system, the owner and the number of open files allow. */
import { closeSync } from 'node:fs';
import { OPEN_FILES_MAX } from '@apiary/common/limits.ts';
import { codeOf } from '../../system-error.ts';
import type { Candidate } from './appearance.ts';
import { inodeKey } from './identity.ts';
import { type Allowance, openRegular, reasonOf } from './open.ts';
import type { Opener } from './opener.ts';
import type { FileReader } from './reader.ts';

/** See the file's head. Tells the target why a file of it is not read. */
export class Newcomers {
  readonly #opener: Opener;
  readonly #readers: ReadonlyMap<string, FileReader>;
  readonly #allowance: Allowance;
  /** Inode → size when its target was set, of files that could not be opened then. */
  readonly #sizesAtStart = new Map<string, number>();

  /** @param readers all that are open, by inode */
  constructor(
    opener: Opener,
    readers: ReadonlyMap<string, FileReader>,
    { allow, dataFolder }: Allowance,
  ) {
    this.#opener = opener;
    this.#readers = readers;
    this.#allowance = { allow, dataFolder };
  }

  /**
   * A reader for a file; undefined if it has one already, cannot be read, or has to wait.
   *
   * @returns with `isYoung` where the whole file came after its target was set
   */
  open({ target, path, stat }: Candidate): { reader: FileReader; isYoung: boolean } | undefined {
    const key = inodeKey(stat);
    const known = this.#readers.get(key);
    if (known) {
      target.count(known.ino);
      return undefined;
    }
    if (this.#readers.size >= OPEN_FILES_MAX) {
      target.problem(`This Bee reads ${OPEN_FILES_MAX} files already; ${path} has to wait.`);
      return undefined;
    }
    const opened = openRegular(path, this.#allowance);
    const { isFresh, spec } = target;
    if (opened.kind === 'refused') {
      target.problem(opened.reason);
      if (isFresh) this.#sizesAtStart.set(key, stat.size);
    }
    if (opened.kind !== 'open') return undefined;
    target.count(opened.stat.ino);
    const sizeAtStart = this.#sizesAtStart.get(key);
    this.#sizesAtStart.delete(key);
    const existedBytes = isFresh ? opened.stat.size : (sizeAtStart ?? 0);
    try {
      const appearance = { target: spec, existedBytes, isFresh };
      const reader = this.#opener.appear({ ...opened, path }, appearance);
      return reader && { reader, isYoung: !isFresh && existedBytes === 0 };
    } catch (error) {
      closeSync(opened.fd);
      target.problem(reasonOf(path, codeOf(error), error));
      return undefined;
    }
  }
}
