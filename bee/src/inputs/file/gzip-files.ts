/**
 * Rotated files that were gzipped. A gz file is the plain file's generation with uncompressed offsets: it is
 * known by its plain head, read on from where the plain file's reading ended, and not read again. Its
 * plain content lies in a nameless file of the Bee's folder while it is read; one at a time.
 */
import { closeSync, fstatSync, type Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { GZIP_RETRY_MS } from '@apiary/common/limits/tailing.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { Checkpoint, GenerationRecord } from '../../checkpoint.ts';
import { wordsOf } from '../../system-error.ts';
import { gunzipToNameless, gzipHeadOf, isGzipName } from './gzip.ts';
import { bearsMarks, inodeKey } from './identity.ts';
import { isRotatedForm } from './missed.ts';
import { type Allowance, openRegular } from './open.ts';
import type { Found } from './rotation.ts';
import { filesIn, type SteadyFile } from './steady-scan.ts';

/** What it is given. */
export interface GzipFilesOptions {
  readonly checkpoint: Checkpoint;
  readonly allowance: Allowance;
  readonly log: Logger;
  readonly now: () => number;
  /** A file's plain content can be read now. */
  readonly onReady: () => void;
}

/** A gz file's plain head with its marks. */
export type GzipHead = NonNullable<ReturnType<typeof gzipHeadOf>>;

/** See the file's head. */
export class GzipFiles {
  readonly #options: GzipFilesOptions;
  readonly #stopping = new AbortController();
  /** Generation → its plain content. */
  readonly #ready = new Map<string, Found>();
  /** Generation → when it may be tried again. */
  readonly #failed = new Map<string, number>();
  /** Inode, birth, size and time of files → their heads. */
  readonly #heads = new Map<string, GzipHead | undefined>();
  #working = false;

  constructor(options: GzipFilesOptions) {
    this.#options = options;
  }

  /** Unpacks nothing more and closes what nobody took. */
  stop(): void {
    this.#stopping.abort();
    for (const { fd } of this.#ready.values()) closeSync(fd);
    this.#ready.clear();
  }

  /**
   * The plain content of the gz file that a generation became; `later` while it is being unpacked; undefined if
   * there is none. Whoever takes it closes its descriptor.
   */
  contentOf(record: GenerationRecord): Found | 'later' | undefined {
    const ready = this.#ready.get(record.id);
    if (ready) {
      this.#ready.delete(record.id);
      if (bearsMarks(ready.fd, record)) return ready;
      closeSync(ready.fd);
      return undefined;
    }
    const path = this.#pathOf(record);
    if (path === undefined) return undefined;
    const isDue = (this.#failed.get(record.id) ?? 0) <= this.#options.now();
    if (!this.#working && isDue) void this.#unpack(path, record);
    return 'later';
  }

  /** A gz file begins as this generation: {@link contentOf} tells more. */
  mayHold(record: GenerationRecord): boolean {
    return this.#pathOf(record) !== undefined;
  }

  /** The marks of a gz file's plain head; undefined for what may not be read, is no gzip, or not yet. */
  headOf(path: string, stat: Stats): GzipHead | undefined {
    const key = `${inodeKey(stat)} ${stat.birthtimeMs} ${stat.size} ${stat.mtimeMs}`;
    if (this.#heads.has(key)) return this.#heads.get(key);
    const opened = openRegular(path, this.#options.allowance);
    if (opened.kind !== 'open') return undefined;
    // One that was renamed just now leads to another file.
    const isSame = inodeKey(opened.stat) === inodeKey(stat);
    const head = isSame ? gzipHeadOf(opened.fd) : undefined;
    closeSync(opened.fd);
    if (!isSame) return undefined;
    if (this.#heads.size > 10_000) this.#heads.clear();
    this.#heads.set(key, head);
    return head;
  }

  /** Gz files that may hold a generation, with their heads: itself, or the rotated forms beside its path. */
  formsOf(path: string): readonly SteadyFile<GzipHead>[] {
    const original = basename(path);
    const isForm = (name: string) =>
      isGzipName(name) && (name === original || isGzipFormOf(name, original));
    return filesIn(dirname(path), isForm, (form, stat) => this.headOf(form, stat));
  }

  /** True if a head is the beginning of a generation that is remembered, or that one of its plain file. */
  isKnown(head: GzipHead): boolean {
    for (const record of this.#options.checkpoint.generations.values()) {
      if (bearsHead(head, record)) return true;
    }
    return false;
  }

  /** The gz file beside a generation's path that holds its head; the longest wait is for the newest. */
  #pathOf(record: GenerationRecord): string | undefined {
    if (record.headLength === 0) return undefined;
    return this.formsOf(record.path).find(
      ({ content: head }) => head !== undefined && bearsHead(head, record),
    )?.path;
  }

  async #unpack(path: string, record: GenerationRecord): Promise<void> {
    const { allowance, log, now, onReady } = this.#options;
    const opened = openRegular(path, allowance);
    if (opened.kind !== 'open') return;
    this.#working = true;
    try {
      const fd = await gunzipToNameless(opened.fd, allowance.dataFolder, this.#stopping.signal);
      if (this.#stopping.signal.aborted) closeSync(fd);
      else this.#ready.set(record.id, { ...opened, kind: 'open', fd, path, stat: fstatSync(fd) });
    } catch (error) {
      this.#failed.set(record.id, now() + GZIP_RETRY_MS);
      if (!this.#stopping.signal.aborted) {
        log.warn({ file: path, error: wordsOf(error) }, 'file.not-unpacked');
      }
    } finally {
      closeSync(opened.fd);
      this.#working = false;
      if (!this.#stopping.signal.aborted) onReady();
    }
  }
}

/** `app.log.1.gz` and `app.log.gz` of `app.log`; `app.log.2.gz` of `app.log.1.gz`. */
function isGzipFormOf(name: string, original: string): boolean {
  const plain = name.slice(0, -'.gz'.length);
  const stem = original.replace(/(?:[.-]\d[\d.T_-]*)?\.gz$/i, '');
  return plain === stem || isRotatedForm(plain, stem);
}

function bearsHead(head: GzipHead, record: GenerationRecord): boolean {
  const { headLength, headCrc } = record;
  if (headLength === 0 || headLength > head.headLength) return false;
  return crc32(head.head.subarray(0, headLength)) === headCrc;
}
