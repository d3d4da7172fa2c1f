/**
 * Generations that are to be read and whose files have other names now: known ones after a start, such that
 * nobody saw, and such that were gzipped meanwhile.
 */
import { closeSync } from 'node:fs';
import { ROTATED_QUIET_MS } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import { type Checkpoint, ENDED_KEPT_MS, type GenerationRecord } from '../../checkpoint.ts';
import type { Ledger } from '../../ledger.ts';
import { FolderIndex } from './folder-index.ts';
import type { GzipFiles, GzipHead } from './gzip-files.ts';
import { missedGzips } from './gzip-generations.ts';
import { inodeKey, isRecorded } from './identity.ts';
import { findMissed } from './missed.ts';
import { type Allowance, openRegular } from './open.ts';
import type { FileReader } from './reader.ts';
import type { ReaderFactory } from './reader-factory.ts';
import type { Found } from './rotation.ts';

/** So long after its last sign of life an absent file is waited for. */
const ABSENT_MS_MAX = 30 * 86_400_000;
/** Rotated files that are read at once; more of them wait. A Bee that was long away may find thousands. */
const ROTATED_READERS_MAX = 512;

/** One that is not found is looked for again after this, then twice that, and so on: a folder may be read while its files are renamed. */
const LOOK_AGAIN_MS = 1_000;
const LOOK_AGAIN_MS_MAX = 600_000;

/** What it is given. */
export interface WaitingOptions {
  readonly checkpoint: Checkpoint;
  readonly ledger: Ledger;
  readonly allowance: Allowance;
  readonly log: Logger;
  readonly now: () => number;
  /** Readers by inode. */
  readonly readers: ReadonlyMap<string, FileReader>;
  readonly factory: ReaderFactory;
  readonly gzip: GzipFiles;
}

/** See the file's head. */
export class Waiting {
  readonly #options: WaitingOptions;
  /** Eldest first. */
  readonly #records = new Set<GenerationRecord>();
  /** Those that were not found → when to look again, and how long to wait after that. */
  readonly #absent = new Map<GenerationRecord, { dueMs: number; waitMs: number }>();

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  /** Generations of the checkpoint that no reader reads wait from now on. Call once. */
  restore(): void {
    const attached = this.#options.factory.attached();
    const lost = [...this.#options.checkpoint.generations.values()].filter(
      (record) => !record.ended && !attached.has(record.id),
    );
    for (const record of lost.sort((a, b) => a.birthMs - b.birthMs)) this.#records.add(record);
  }

  /**
   * Generations of a path that were rotated away before anybody saw them wait from now on.
   *
   * @param self what the path shows now, if anything
   */
  noteMissed(path: string, target: TargetSpec, self?: GenerationRecord): void {
    const { allowance, checkpoint, log, readers, factory, gzip } = this.#options;
    const known = [...checkpoint.generations.values()].filter((other) => other !== self);
    const found = findMissed({
      path,
      bornBefore: self?.birthMs ?? 0,
      since: checkpoint.targetsSince.get(target.id) ?? 0,
      known,
      isRead: (key) => readers.has(key),
      allowance,
    });
    for (const missed of found) {
      const noted = factory.record(missed, target, path);
      this.#records.add(noted);
      log.info({ file: path, generation: noted.id }, 'file.rotated-unseen');
    }
    const since = checkpoint.targetsSince.get(target.id) ?? 0;
    for (const head of missedGzips({ path, known, since, gzip })) {
      this.noteGzip(head, target, path);
    }
  }

  /** The content of a gz file that nobody knew waits from now on. */
  noteGzip({ headLength, headCrc }: GzipHead, target: TargetSpec, path: string): GenerationRecord {
    const mark = { dev: 0, ino: 0, birthMs: 0, headLength, headCrc };
    const record = this.#options.factory.record(mark, target, path);
    this.#records.add(record);
    this.#options.log.info({ file: path, generation: record.id }, 'file.gzipped-unseen');
    return record;
  }

  /**
   * A generation that was empty when it was last seen, and whose inode holds something else now or is gone, has no
   * marks to be known by. True if there are gz files that may be what became of it and of those after it: they wait
   * from now on. The eldest is taken for its content and keeps its id: what was sent of it just before a kill, the
   * store then subtracts.
   */
  noteFilledUnseen(record: GenerationRecord, target: TargetSpec): boolean {
    const { gzip, now } = this.#options;
    const { path, headLength, writtenMs, changedMs } = record;
    // What was read long ago is no longer remembered, and would be read again.
    const isLongAgo = now() - changedMs > ENDED_KEPT_MS;
    if (headLength > 0 || writtenMs === 0 || isLongAgo) return false;
    const [own, ...later] = missedGzips({ path, known: [], since: writtenMs, gzip });
    if (!own) return false;
    record.headLength = own.headLength;
    record.headCrc = own.headCrc;
    this.forGzip(record);
    for (const head of later) this.noteGzip(head, target, path);
    return true;
  }

  /** Its file is gone, and what was in it too; said in the ledger. */
  giveUp(record: GenerationRecord): void {
    const { checkpoint, ledger } = this.#options;
    const { id, target, path, headLength, confirmed, quietTo } = record;
    record.ended = true;
    checkpoint.changed();
    const unread = Math.max(0, headLength - Math.max(confirmed, quietTo));
    ledger.abandon(id, { target, file: path, offset: confirmed }, unread);
  }

  /** Its inode holds something else now, by which it is not to be found; a gz file has it. */
  forGzip(record: GenerationRecord): void {
    record.dev = 0;
    record.ino = 0;
    this.#options.checkpoint.changed();
    this.#records.add(record);
  }

  /**
   * Begins to read generations that wait, eldest first, as far as there is room; the others wait for a later
   * look. The file that a path leads to comes after them.
   */
  attach(
    targets: ReadonlyMap<string, TargetSpec>,
    atPath: (path: string) => FileReader | undefined,
  ): FileReader[] {
    this.#lookAgain();
    if (this.#records.size === 0) return [];
    const begun: FileReader[] = [];
    const folders = new FolderIndex();
    const rotated = [...this.#options.readers.values()].filter(
      (reader) => reader.isRotated && reader.unread > 0,
    );
    for (const record of [...this.#records]) {
      if (rotated.length + begun.length >= ROTATED_READERS_MAX) break;
      const reader = this.#attach(record, targets.get(record.target), folders);
      if (!reader) continue;
      begun.push(reader);
      const follower = atPath(record.path);
      if (!follower || follower === reader) continue;
      if (follower.predecessor) reader.predecessor = follower.predecessor;
      follower.predecessor = reader;
    }
    return begun;
  }

  /** A reader for a generation that waits; undefined if there is nothing to read, or not yet. */
  #attach(
    record: GenerationRecord,
    target: TargetSpec | undefined,
    folders: FolderIndex,
  ): FileReader | undefined {
    const reader = this.#options.readers.get(inodeKey(record));
    if (!target || record.ended || reader?.generation.record === record) {
      this.#records.delete(record);
      this.#absent.delete(record);
      return undefined;
    }
    // An inode that another generation is read from was used again: the file is gone.
    const path = reader ? undefined : folders.pathOf(record.path, record);
    const opened = path === undefined ? undefined : openRegular(path, this.#options.allowance);
    // Too many open files, or no right for the moment: it goes on waiting.
    if (opened && opened.kind !== 'open') return undefined;
    this.#records.delete(record);
    const isSame =
      opened &&
      inodeKey(opened.stat) === inodeKey(record) &&
      isRecorded(opened.fd, opened.stat, record);
    if (!opened || !isSame || path === undefined) {
      if (opened) closeSync(opened.fd);
      return this.#attachGzip(record, target);
    }
    this.#absent.delete(record);
    return this.#read({ ...opened, path }, record, target);
  }

  /** The inode is gone: its content may have been gzipped. */
  #attachGzip(record: GenerationRecord, target: TargetSpec): FileReader | undefined {
    const content = this.#options.gzip.contentOf(record);
    if (content) this.#absent.delete(record);
    if (content === 'later') this.#records.add(record);
    else if (content) return this.#read(content, record, target);
    else if (this.noteFilledUnseen(record, target)) this.#absent.delete(record);
    else this.#absentFor(record);
    return undefined;
  }

  #read(file: Found, record: GenerationRecord, target: TargetSpec): FileReader {
    const { factory } = this.#options;
    const reader = factory.follow(file, factory.generation(record, file), target);
    // Its writer has been silent since: read to its end it needs no further wait.
    reader.grownMs = Math.min(reader.grownMs, file.stat.mtimeMs - ROTATED_QUIET_MS);
    return reader;
  }

  /** Its file may come back, or was renamed just then: a file system that is not mounted yet is no deletion. */
  #absentFor(record: GenerationRecord): void {
    const nowMs = this.#options.now();
    const absentMs = nowMs - record.changedMs;
    const waitMs = 2 * (this.#absent.get(record)?.waitMs ?? LOOK_AGAIN_MS / 2);
    if (absentMs > ABSENT_MS_MAX) this.giveUp(record);
    if (record.ended || waitMs > LOOK_AGAIN_MS_MAX) this.#absent.delete(record);
    else this.#absent.set(record, { dueMs: nowMs + waitMs, waitMs });
    this.#options.log.warn({ file: record.path, generation: record.id, absentMs }, 'file.absent');
  }

  #lookAgain(): void {
    const nowMs = this.#options.now();
    for (const [record, { dueMs, waitMs }] of this.#absent) {
      // A clock that jumps back makes nobody wait for longer.
      if (nowMs >= dueMs || dueMs - nowMs > waitMs) this.#records.add(record);
    }
  }
}
