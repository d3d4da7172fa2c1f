/**
 * Makes readers: decides for each file that appears which generation it is and where reading begins, and
 * finds the rest of generations whose file was rotated.
 */
import { closeSync, type Stats } from 'node:fs';
import { ROTATED_QUIET_MS } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import { newGeneration } from '@apiary/common/random.ts';
import type { Checkpoint, GenerationRecord } from '../../checkpoint.ts';
import type { Ledger } from '../../ledger.ts';
import type { Appearance } from './appearance.ts';
import { CopySuspects } from './copy-suspects.ts';
import { FolderIndex } from './folder-index.ts';
import { Generation } from './generation.ts';
import { GzipFiles, type GzipHead } from './gzip-files.ts';
import { type GzipKnowledge, judgeGzip, missedGzips } from './gzip-generations.ts';
import {
  bearsMarks,
  birthAgrees,
  birthOf,
  type ContentMarks,
  headOf,
  inodeKey,
  readAt,
} from './identity.ts';
import { endOfLastLine } from './last-line.ts';
import { findMissed, type Missed } from './missed.ts';
import { type Allowance, openRegular } from './open.ts';
import { FileReader, ReadBuffer, type ReaderOwner } from './reader.ts';
import { type Found, findCopy } from './rotation.ts';

/** So long after its last sign of life an absent file is waited for. */
const ABSENT_MS_MAX = 30 * 86_400_000;
/** Rotated files that are read at once; more of them wait. A Bee that was long away may find thousands. */
const ROTATED_READERS_MAX = 512;

/** What an opener is given. */
export interface OpenerOptions {
  readonly checkpoint: Checkpoint;
  readonly ledger: Ledger;
  readonly allowance: Allowance;
  readonly owner: ReaderOwner;
  readonly log: Logger;
  /** Readers by inode. The opener adds to it. */
  readonly readers: Map<string, FileReader>;
}

/** See the file's head. */
export class Opener {
  readonly #options: OpenerOptions;
  readonly #buffer = new ReadBuffer();
  /** Generations to be read that no reader reads yet, eldest first. */
  readonly #waiting = new Set<GenerationRecord>();
  readonly #gzip: GzipFiles;
  readonly #knowledge: GzipKnowledge;
  readonly #suspects: CopySuspects;

  constructor(options: OpenerOptions) {
    this.#options = options;
    const { owner, readers, checkpoint } = options;
    this.#gzip = new GzipFiles({ ...options, now: owner.now, onReady: () => owner.unpacked() });
    this.#knowledge = { checkpoint, gzip: this.#gzip };
    this.#suspects = new CopySuspects(readers);
  }

  /** Unpacks nothing more. */
  stop(): void {
    this.#gzip.stop();
  }

  /** True if a file looks like a copy, complete or under way, of one that is being read. */
  looksCopied(path: string, fd: number, size: number): boolean {
    return this.#suspects.looksCopied(path, fd, size);
  }

  /** A reader for an opened file, or undefined while it may turn out to be a copy. Takes the descriptor. */
  appear(file: Found, appearance: Appearance): FileReader | undefined {
    const { record, replaced } = this.#recordOf(file);
    for (const gone of replaced) this.#abandon(gone, appearance.target);
    if (record) return this.#resume(file, record, appearance);
    const isNew = !appearance.isFresh && appearance.existedBytes === 0 && replaced.length === 0;
    if (isNew && this.#suspects.mustWait(file, this.#options.owner.now())) {
      closeSync(file.fd);
      return undefined;
    }
    this.#suspects.clear(file.stat);
    return this.#begin(file, appearance);
  }

  /** Generations of the path that were rotated away before anybody saw them wait to be read from now on. */
  noteMissed(reader: FileReader): void {
    const { record } = reader.generation;
    const { allowance, checkpoint, log, readers } = this.#options;
    const found = findMissed({
      path: record.path,
      bornBefore: record.birthMs,
      known: [...checkpoint.generations.values()].filter((other) => other !== record),
      isRead: (key) => readers.has(key),
      allowance,
    });
    for (const missed of found) {
      const noted = this.#newRecord(missed, reader.target, record.path);
      this.#waiting.add(noted);
      log.info({ file: record.path, generation: noted.id }, 'file.rotated-unseen');
    }
    for (const head of missedGzips(record, this.#knowledge)) {
      this.#noteGzip(head, reader.target, record.path);
    }
  }

  /** The open file was truncated or written anew: its bytes are another generation from now on. */
  restart(reader: FileReader): void {
    const { generation } = reader;
    const seen = Math.max(generation.entry.seen, generation.offset);
    const copy = this.#copyOf(generation.record.path, generation.marks);
    const { birthMs, path } = generation.record;
    const mark = { dev: reader.dev, ino: reader.ino, birthMs, ...headOf(reader.fd) };
    const record = this.#newRecord(mark, reader.target, path);
    reader.restart(this.#generationOf(record, Buffer.alloc(0)));
    const fields = {
      file: record.path,
      generation: generation.record.id,
      offset: generation.offset,
    };
    if (copy) {
      reader.predecessor = this.#follow(copy, generation, reader.target);
      this.#options.log.info({ ...fields, copy: copy.path }, 'file.copied-and-truncated');
      return;
    }
    if (generation.isSettled && this.#gzip.mayHold(generation.record)) {
      this.#options.ledger.close(generation.record.id);
      this.#waitForGzip(generation.record);
      return;
    }
    const lost = seen - generation.offset;
    this.#options.ledger.countLost(generation.entry, lost);
    this.#options.log.warn({ ...fields, lostBytes: lost }, 'file.truncated');
    this.retire(generation);
  }

  /** Generations of the checkpoint whose file has another name now wait to be read on. Call once. */
  restore(): void {
    const attached = this.#attached();
    const lost = [...this.#options.checkpoint.generations.values()].filter(
      (record) => !record.ended && !attached.has(record.id),
    );
    for (const record of lost.sort((a, b) => a.birthMs - b.birthMs)) this.#waiting.add(record);
  }

  /**
   * Begins to read generations that wait, eldest first, as far as there is room; the others wait for a later
   * look. The file that a path leads to comes after them.
   */
  attachWaiting(
    targets: ReadonlyMap<string, TargetSpec>,
    atPath: (path: string) => FileReader | undefined,
  ): FileReader[] {
    if (this.#waiting.size === 0) return [];
    const begun: FileReader[] = [];
    const folders = new FolderIndex();
    const rotated = [...this.#options.readers.values()].filter(
      (reader) => reader.isRotated && reader.unread > 0,
    );
    for (const record of [...this.#waiting]) {
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
    const path = folders.pathOf(record.path, record);
    if (!target || record.ended || this.#options.readers.has(inodeKey(record))) {
      this.#waiting.delete(record);
      return undefined;
    }
    const opened = path === undefined ? undefined : openRegular(path, this.#options.allowance);
    // Too many open files, or no right for the moment: it goes on waiting.
    if (opened && opened.kind !== 'open') return undefined;
    this.#waiting.delete(record);
    const isSame =
      opened &&
      inodeKey(opened.stat) === inodeKey(record) &&
      birthAgrees(record, opened.stat) &&
      bearsMarks(opened.fd, record);
    if (!opened || !isSame || path === undefined) {
      if (opened) closeSync(opened.fd);
      return this.#attachGzip(record, target);
    }
    return this.#attachFile({ ...opened, path }, record, target);
  }

  /** The inode is gone: its content may have been gzipped. */
  #attachGzip(record: GenerationRecord, target: TargetSpec): FileReader | undefined {
    const content = this.#gzip.contentOf(record);
    if (content === 'later') this.#waiting.add(record);
    else if (content) return this.#attachFile(content, record, target);
    else this.#absent(record);
    return undefined;
  }

  #attachFile(file: Found, record: GenerationRecord, target: TargetSpec): FileReader {
    const tail = readAt(file.fd, record.confirmed - record.tailLength, record.tailLength);
    const reader = this.#follow(file, this.#generationOf(record, tail), target);
    // Its writer has been silent since: read to its end it needs no further wait.
    reader.grownMs = Math.min(reader.grownMs, file.stat.mtimeMs - ROTATED_QUIET_MS);
    return reader;
  }

  /** Its inode holds something else now, by which it is not to be found. */
  #waitForGzip(record: GenerationRecord): void {
    record.dev = 0;
    record.ino = 0;
    this.#options.checkpoint.changed();
    this.#waiting.add(record);
  }

  #noteGzip({ headLength, headCrc }: GzipHead, target: TargetSpec, path: string) {
    const mark = { dev: 0, ino: 0, birthMs: 0, headLength, headCrc };
    const record = this.#newRecord(mark, target, path);
    this.#waiting.add(record);
    this.#options.log.info({ file: path, generation: record.id }, 'file.gzipped-unseen');
    return record;
  }

  /** A gz file that a target names: content that is new waits to be read. */
  appearGzip(path: string, stat: Stats, { isFresh, target }: Appearance): boolean {
    const judged = judgeGzip(path, stat, isFresh, this.#knowledge);
    if (judged === 'not-yet') return false;
    if (judged === 'known') return true;
    const record = this.#noteGzip(judged, target, path);
    if (!isFresh) return true;
    record.historyTo = Number.MAX_SAFE_INTEGER;
    // Without history it is remembered, so that no later look takes it for new.
    record.ended = !target.history;
    return true;
  }

  /** Its file may come back: a file system that is not mounted yet is no deletion. */
  #absent(record: GenerationRecord): void {
    const absentMs = this.#options.owner.now() - record.changedMs;
    if (absentMs > ABSENT_MS_MAX) record.ended = true;
    this.#options.log.warn({ file: record.path, generation: record.id, absentMs }, 'file.absent');
  }

  /** Forgets a generation that will give no more. */
  retire(generation: Generation): void {
    generation.end();
    this.#options.ledger.close(generation.record.id);
  }

  /** A generation whose inode now holds something else: its rest may be in a copy. */
  #abandon(record: GenerationRecord, target: TargetSpec): void {
    const copy = this.#copyOf(record.path, record);
    const fields = { file: record.path, generation: record.id, offset: record.confirmed };
    if (copy) {
      const tail = readAt(copy.fd, record.confirmed - record.tailLength, record.tailLength);
      this.#follow(copy, this.#generationOf(record, tail), target);
      this.#options.log.info({ ...fields, copy: copy.path }, 'file.copied-and-truncated');
      return;
    }
    if (this.#gzip.mayHold(record)) {
      this.#waitForGzip(record);
      return;
    }
    this.#options.log.warn(fields, 'file.replaced-while-stopped');
    record.ended = true;
    this.#options.checkpoint.changed();
  }

  /** A copy beside `path` that bears these marks. Whoever reads that inode reads what is no longer there. */
  #copyOf(path: string, marks: ContentMarks): Found | undefined {
    const copy = findCopy(path, marks, this.#options.allowance);
    const reader = copy && this.#options.readers.get(inodeKey(copy.stat));
    if (reader) this.#options.owner.displaced(reader);
    return copy;
  }

  /** Goes on with a generation in another file. */
  #follow(file: Found, generation: Generation, target: TargetSpec): FileReader {
    const { record } = generation;
    record.dev = file.stat.dev;
    record.ino = file.stat.ino;
    record.birthMs = birthOf(file.stat);
    record.changedMs = this.#options.owner.now();
    this.#options.checkpoint.changed();
    const reader = this.#reader(file, generation, target);
    reader.isRotated = true;
    return reader;
  }

  #recordOf(file: Found): {
    record: GenerationRecord | undefined;
    replaced: readonly GenerationRecord[];
  } {
    const { dev, ino } = file.stat;
    const ofInode: GenerationRecord[] = [];
    for (const record of this.#options.checkpoint.generations.values()) {
      if (record.ino === ino && record.dev === dev) ofInode.push(record);
    }
    if (ofInode.length === 0) return { record: undefined, replaced: [] };
    const attached = this.#attached();
    const known = ofInode
      .filter((record) => !attached.has(record.id))
      .sort((a, b) => Number(a.ended) - Number(b.ended) || b.changedMs - a.changedMs);
    const isSame = (record: GenerationRecord) =>
      birthAgrees(record, file.stat) && bearsMarks(file.fd, record);
    // A generation of which nothing was read bears no marks that could prove it.
    const record = known.find((each) => isSame(each) && (!each.ended || each.headLength > 0));
    const replaced = known.filter((each) => each !== record && !each.ended);
    return { record, replaced };
  }

  #attached(): Set<string> {
    const readers = [...this.#options.readers.values()];
    return new Set(readers.map((reader) => reader.generation.record.id));
  }

  #resume(file: Found, record: GenerationRecord, appearance: Appearance): FileReader {
    const { target } = appearance;
    record.target = target.id;
    record.ended = false;
    record.birthMs ||= birthOf(file.stat);
    record.changedMs = this.#options.owner.now();
    record.writtenMs = file.stat.mtimeMs;
    // A target that was set anew: the store subtracts what it holds, so history may be sent again.
    if (appearance.isFresh) this.#placeAtStart(record, file, appearance);
    const tail = readAt(file.fd, record.confirmed - record.tailLength, record.tailLength);
    return this.#reader(file, this.#generationOf(record, tail), target);
  }

  #begin(file: Found, appearance: Appearance): FileReader {
    const { target } = appearance;
    const { dev, ino } = file.stat;
    const mark = { dev, ino, birthMs: birthOf(file.stat), ...headOf(file.fd) };
    const record = this.#newRecord(mark, target, file.path);
    record.writtenMs = file.stat.mtimeMs;
    this.#placeAtStart(record, file, appearance);
    return this.#reader(file, this.#generationOf(record, Buffer.alloc(0)), target);
  }

  #placeAtStart(record: GenerationRecord, file: Found, appearance: Appearance): void {
    const existed = Math.min(appearance.existedBytes, file.stat.size);
    const { history } = appearance.target;
    record.historyTo = history ? existed : 0;
    record.quietTo = history ? 0 : existed;
    record.confirmed = history ? 0 : endOfLastLine(file.fd, existed);
    record.midRecord = false;
    record.tailLength = 0;
    record.tailCrc = 0;
  }

  #newRecord(mark: Missed, target: TargetSpec, path: string): GenerationRecord {
    const record: GenerationRecord = {
      id: newGeneration(),
      target: target.id,
      path,
      ...mark,
      confirmed: 0,
      tailLength: 0,
      tailCrc: 0,
      midRecord: false,
      historyTo: 0,
      quietTo: 0,
      ended: false,
      writtenMs: 0,
      changedMs: this.#options.owner.now(),
    };
    this.#options.checkpoint.generations.set(record.id, record);
    this.#options.checkpoint.changed();
    return record;
  }

  #generationOf(record: GenerationRecord, tail: Buffer): Generation {
    const { checkpoint, ledger, owner } = this.#options;
    return new Generation(record, tail, { checkpoint, ledger, now: owner.now });
  }

  #reader(file: Found, generation: Generation, target: TargetSpec): FileReader {
    const { owner, readers } = this.#options;
    const { fd, stat, path, realPath } = file;
    const buffer = this.#buffer;
    const reader = new FileReader({ fd, stat, path, realPath, target, generation, buffer, owner });
    readers.set(inodeKey(stat), reader);
    return reader;
  }
}
