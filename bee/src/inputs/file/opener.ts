/**
 * Decides for each file that appears, and for each that was written anew, which generation it holds and where
 * reading begins.
 */
import { closeSync, type Stats } from 'node:fs';
import type { Logger } from '@apiary/common/log.ts';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import type { Checkpoint, GenerationRecord } from '../../checkpoint.ts';
import type { Ledger } from '../../ledger.ts';
import type { Appearance } from './appearance.ts';
import { CopySuspects } from './copy-suspects.ts';
import type { Generation } from './generation.ts';
import { GzipFiles } from './gzip-files.ts';
import { judgeGzip, plainPathOf } from './gzip-generations.ts';
import { birthOf, type ContentMarks, headOf, inodeKey, isRecorded } from './identity.ts';
import { endOfLastLine } from './last-line.ts';
import type { Allowance } from './open.ts';
import type { FileReader, ReaderOwner } from './reader.ts';
import { ReaderFactory } from './reader-factory.ts';
import { type Found, findCopy } from './rotation.ts';
import { Waiting } from './waiting.ts';

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
  /** What is to be read and lies elsewhere than where its path leads to. */
  readonly waiting: Waiting;
  readonly #options: OpenerOptions;
  readonly #factory: ReaderFactory;
  readonly #gzip: GzipFiles;
  readonly #suspects: CopySuspects;

  constructor(options: OpenerOptions) {
    this.#options = options;
    const { owner, readers } = options;
    const { now } = owner;
    this.#factory = new ReaderFactory(options);
    this.#gzip = new GzipFiles({ ...options, now, onReady: () => owner.unpacked() });
    this.#suspects = new CopySuspects(readers);
    this.waiting = new Waiting({ ...options, now, factory: this.#factory, gzip: this.#gzip });
  }

  /** Unpacks nothing more. */
  stop(): void {
    this.#gzip.stop();
  }

  /** True if the file that was read holds a copy of a newer one now, and not because it was copied itself. */
  isOverwrittenByCopy({ path, fd, generation }: FileReader, size: number): boolean {
    if (!this.#suspects.looksCopied(path, fd, size)) return false;
    const copy = this.#findCopy(generation.record.path, generation.marks);
    if (copy) closeSync(copy.fd);
    return copy === undefined;
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

  /** A gz file that a target names: content that is new waits to be read. False if it is none, or not yet. */
  appearGzip(path: string, stat: Stats, { isFresh, target }: Appearance): boolean {
    const knowledge = { checkpoint: this.#options.checkpoint, gzip: this.#gzip };
    const judged = judgeGzip(path, stat, isFresh, knowledge);
    if (judged === 'not-yet') return false;
    if (judged === 'known') return true;
    if (!isFresh && this.#isUnread(plainPathOf(path))) return false;
    const record = this.waiting.noteGzip(judged, target, path);
    if (!isFresh) return true;
    record.historyTo = Number.MAX_SAFE_INTEGER;
    // Without history it is remembered, so that no later look takes it for new.
    record.ended = !target.history;
    return true;
  }

  /** What is not read yet of a log, or was written anew, may be what a gz file holds. */
  #isUnread(path: string): boolean {
    for (const { generation, size } of this.#options.readers.values()) {
      if (generation.record.path === path && size !== generation.offset) return true;
    }
    return false;
  }

  /** The open file was truncated or written anew: its bytes are another generation from now on. */
  restart(reader: FileReader): void {
    const { generation } = reader;
    const seen = Math.max(generation.entry.seen, generation.offset);
    const copy = this.#copyOf(generation.record.path, generation.marks);
    const { birthMs, path } = generation.record;
    const mark = { dev: reader.dev, ino: reader.ino, birthMs, ...headOf(reader.fd) };
    const record = this.#factory.record(mark, reader.target, path);
    reader.restart(this.#factory.generation(record));
    const fields = {
      file: record.path,
      generation: generation.record.id,
      offset: generation.offset,
    };
    if (copy) {
      reader.predecessor = this.#followCopy(copy, generation, reader.target);
      this.#options.log.info({ ...fields, copy: copy.path }, 'file.copied-and-truncated');
      return;
    }
    if (generation.isSettled && this.#gzip.mayHold(generation.record)) {
      this.#options.ledger.close(generation.record.id);
      this.waiting.forGzip(generation.record);
      return;
    }
    const lost = seen - generation.offset;
    this.#options.ledger.countLost(generation.entry, lost);
    this.#options.log.warn({ ...fields, lostBytes: lost }, 'file.truncated');
    this.retire(generation);
  }

  /** Forgets a generation that will give no more. */
  retire(generation: Generation): void {
    generation.end();
    this.#options.ledger.close(generation.record.id);
  }

  /** A generation whose inode now holds something else: its rest may be in a copy. */
  #abandon(record: GenerationRecord, target: TargetSpec): void {
    const copy = this.#copyOf(record.path, record);
    const { id, path, confirmed } = record;
    const fields = { file: path, generation: id, offset: confirmed };
    if (copy) {
      this.#followCopy(copy, this.#factory.generation(record, copy), target);
      this.#options.log.info({ ...fields, copy: copy.path }, 'file.copied-and-truncated');
      return;
    }
    if (this.#gzip.mayHold(record)) {
      this.waiting.forGzip(record);
      return;
    }
    if (this.waiting.noteFilledUnseen(record, target)) return;
    this.waiting.giveUp(record);
    this.#options.log.warn(fields, 'file.replaced-while-stopped');
  }

  /** A copy beside `path` that bears these marks. Whoever reads that inode reads what is no longer there. */
  #copyOf(path: string, marks: ContentMarks): Found | undefined {
    const copy = this.#findCopy(path, marks);
    const reader = copy && this.#options.readers.get(inodeKey(copy.stat));
    if (reader) this.#options.owner.displaced(reader);
    return copy;
  }

  #findCopy(path: string, marks: ContentMarks): Found | undefined {
    const { allowance, ledger, log } = this.#options;
    return findCopy(path, marks, allowance, () => {
      ledger.totals.searchesGivenUp++;
      log.warn({ file: path }, 'file.search-gave-up');
    });
  }

  #followCopy(copy: Found, generation: Generation, target: TargetSpec): FileReader {
    const reader = this.#factory.follow(copy, generation, target);
    reader.isCopy = true;
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
    const attached = this.#factory.attached();
    const known = ofInode
      .filter((record) => !attached.has(record.id))
      .sort((a, b) => Number(a.ended) - Number(b.ended) || b.changedMs - a.changedMs);
    const isSame = (record: GenerationRecord) => isRecorded(file.fd, file.stat, record);
    // A generation of which nothing was read bears no marks that could prove it.
    const record = known.find((each) => isSame(each) && (!each.ended || each.headLength > 0));
    const replaced = known.filter((each) => each !== record && !each.ended);
    return { record, replaced };
  }

  #resume(file: Found, record: GenerationRecord, appearance: Appearance): FileReader {
    const { target } = appearance;
    record.target = target.id;
    record.ended = false;
    record.birthMs ||= birthOf(file.stat);
    record.changedMs = this.#options.owner.now();
    record.writtenMs = file.stat.mtimeMs;
    // A target that was set anew: the store subtracts what it holds, so history may be sent again.
    if (appearance.isFresh) placeAtStart(record, file, appearance);
    return this.#factory.reader(file, this.#factory.generation(record, file), target);
  }

  #begin(file: Found, appearance: Appearance): FileReader {
    const { target } = appearance;
    const { dev, ino } = file.stat;
    const mark = { dev, ino, birthMs: birthOf(file.stat), ...headOf(file.fd) };
    const record = this.#factory.record(mark, target, file.path);
    record.writtenMs = file.stat.mtimeMs;
    placeAtStart(record, file, appearance);
    return this.#factory.reader(file, this.#factory.generation(record), target);
  }
}

/** Where reading begins: at the start, or after what was there when the target was set. */
function placeAtStart(record: GenerationRecord, file: Found, appearance: Appearance): void {
  const existed = Math.min(appearance.existedBytes, file.stat.size);
  const { history } = appearance.target;
  record.historyTo = history ? existed : 0;
  record.quietTo = history ? 0 : existed;
  record.confirmed = history ? 0 : endOfLastLine(file.fd, existed);
  record.midRecord = false;
  record.tailLength = 0;
  record.tailCrc = 0;
}
