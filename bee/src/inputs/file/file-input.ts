/**
 * Files as an input: all `file:` targets of a Bee. It looks at intervals at what the targets' globs name,
 * keeps one reader for each real file, and is woken between looks by the system. Looks go on while nothing
 * can be sent, so that rotations are followed with the descriptors held open.
 */
import { closeSync, fstatSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { LOOK_ACTIVE_MS } from '@apiary/common/limits/tailing.ts';
import { MULTILINE_WAIT_MS, TRACE_BEGIN_WAIT_MS } from '@apiary/common/limits.ts';
import type { TargetSpec, TargetState } from '@apiary/common/messages/agent.ts';
import type { Input, InputContext } from '../input.ts';
import { AbsentPaths } from './absent-paths.ts';
import type { Candidate, NamedPath } from './appearance.ts';
import { isFinished, noteChange, noteSilence } from './file-change.ts';
import { Folders } from './folders.ts';
import { isGzipName } from './gzip.ts';
import { inodeKey } from './identity.ts';
import { LookTimer, paceOf } from './look-timer.ts';
import type { Waits } from './multiline.ts';
import { Newcomers } from './newcomers.ts';
import { openRegular, statOf } from './open.ts';
import { Opener } from './opener.ts';
import type { FileReader, ReaderOwner } from './reader.ts';
import { isCompressed } from './rotation.ts';
import { type FileTarget, setFileTargets } from './target.ts';
import { Unsaved } from './unsaved.ts';
import { FolderWatch, type WakeUp } from './watch.ts';

/** A shrunk file is looked at once more after this long: network file systems give stale sizes. */
const SHRINK_CONFIRM_MS = 50;
/** A look that a wake-up asks for comes this soon. */
const WOKEN_MS = 5;

/** See the file's head. */
export class FileInput implements Input, ReaderOwner {
  readonly now: () => number;
  readonly #context: InputContext;
  readonly #folders = new Folders(() => performance.now());
  readonly #opener: Opener;
  readonly #newcomers: Newcomers;
  readonly #watch: FolderWatch;
  readonly #timer: LookTimer;
  readonly #unsaved: Unsaved;
  readonly #absent = new AbsentPaths();
  readonly #readers = new Map<string, FileReader>();
  readonly #targets = new Map<string, FileTarget>();
  #byPath = new Map<string, FileReader>();
  #restored = false;
  #movedMs: number;
  #stopped = false;

  constructor(context: InputContext) {
    this.#context = context;
    this.now = () => context.clock.now();
    this.#movedMs = this.now();
    this.#unsaved = new Unsaved(context);
    this.#timer = new LookTimer(context.clock, () => {
      this.#look();
      void this.#unsaved.save();
    });
    this.#opener = new Opener({
      checkpoint: context.checkpoint,
      ledger: context.ledger,
      allowance: context,
      owner: this,
      log: context.log,
      readers: this.#readers,
    });
    this.#newcomers = new Newcomers(this.#opener, this.#readers, context);
    this.#watch = new FolderWatch(this.#onWake, context.log, context.clock);
  }

  async apply(targets: readonly TargetSpec[], fresh: ReadonlySet<string>): Promise<void> {
    setFileTargets(this.#targets, targets, fresh, this.#context);
    for (const reader of this.#readers.values()) {
      const target = this.#targets.get(reader.target.id);
      if (target) reader.target = target.spec;
      else this.#close(reader);
    }
    this.#look();
    await this.#unsaved.save();
  }

  state(target: string): TargetState | undefined {
    return this.#targets.get(target)?.state;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer.stop();
    this.#opener.stop();
    for (const reader of this.#readers.values()) this.#close(reader);
    await this.#watch.close();
  }

  replaced(reader: FileReader): void {
    if (this.#stopped || reader.isClosed) return;
    const { size } = fstatSync(reader.fd);
    if (size < reader.generation.offset) {
      reader.shrunkMs ??= this.now();
      if (Math.abs(this.now() - reader.shrunkMs) < SHRINK_CONFIRM_MS) {
        this.#timer.within(SHRINK_CONFIRM_MS);
        return;
      }
    }
    this.#movedMs = this.now();
    if (reader.isCopy || this.#opener.isOverwrittenByCopy(reader, size)) {
      // The name was used again, for a newer copy: a look finds out whose.
      this.displaced(reader);
      this.#timer.within(WOKEN_MS);
      return;
    }
    this.#opener.restart(reader);
    reader.size = size;
    this.#unsaved.add(reader);
    if (reader.predecessor) this.#unsaved.publish(reader.predecessor);
    void this.#unsaved.save();
  }

  displaced(reader: FileReader): void {
    const { path: file, unread, generation } = reader;
    const fields = { file, generation: generation.record.id, offset: generation.offset, unread };
    if (unread > 0) this.#context.log.warn(fields, 'file.displaced');
    this.#opener.retire(reader.generation);
    this.#close(reader);
  }

  drained(reader: FileReader): void {
    if (!reader.hasFollower) return;
    for (const other of this.#readers.values()) {
      if (other.predecessor === reader) this.#context.demand.offer(other);
    }
  }

  unfinished(reader: FileReader): void {
    this.#context.clock.after(1, () => {
      if (!reader.isClosed) this.#context.demand.offer(reader);
    });
  }

  held(reader: FileReader, waitsFor: Waits): void {
    const { size } = reader;
    const waitMs = waitsFor === 'suspected' ? TRACE_BEGIN_WAIT_MS : MULTILINE_WAIT_MS;
    this.#context.clock.after(waitMs, () => {
      if (reader.isClosed || reader.size !== size) return;
      reader.isQuiet = true;
      this.#context.demand.offer(reader);
    });
  }

  unpacked(): void {
    this.#timer.within(WOKEN_MS);
  }

  failed(reader: FileReader, error: unknown): void {
    this.#context.log.warn({ file: reader.path, error: String(error) }, 'file.read-failed');
    this.#close(reader);
  }

  #onWake: WakeUp = (folder, name, kind) => {
    if (this.#stopped) return;
    this.#movedMs = this.now();
    const reader = name === undefined ? undefined : this.#byPath.get(join(folder, name));
    if (reader && kind === 'change') {
      this.#context.demand.offer(reader);
      this.#timer.within(LOOK_ACTIVE_MS);
      return;
    }
    this.#folders.touch(folder);
    this.#timer.within(WOKEN_MS);
  };

  /** Looks at everything once and says when the next look is due. */
  #look(): void {
    const startMs = performance.now();
    const folders = new Set<string>();
    const byPath = new Map<string, FileReader>();
    const present = new Set<FileReader>();
    const candidates: Candidate[] = [];
    const absent: NamedPath[] = [];
    const compressed: NamedPath[] = [];
    for (const target of this.#targets.values()) {
      for (const path of target.walk(this.#folders, folders)) {
        this.#lookAt(target, path, { byPath, present, candidates, absent, compressed });
      }
    }
    for (const reader of this.#readers.values()) {
      if (present.has(reader)) reader.isRotated = false;
      else this.#guard(reader, () => this.#lookAtRotated(reader));
    }
    // After the plain files, whose content they may be.
    for (const { target, path } of compressed) this.#lookAtCompressed(target, path);
    // By age, so that of several generations of one log the older ones come first.
    candidates.sort((a, b) => a.stat.mtimeMs - b.stat.mtimeMs);
    const newcomers = candidates.map((candidate) => this.#appear(candidate, byPath));
    this.#takeWaiting(byPath);
    for (const reader of newcomers) if (reader) this.#noteMissed(reader);
    for (const { path, target } of absent) {
      this.#absent.look(path, target.spec, () =>
        this.#opener.waiting.noteMissed(path, target.spec),
      );
    }
    this.#absent.settle();
    this.#takeWaiting(byPath);
    this.#byPath = byPath;
    for (const reader of this.#readers.values()) {
      folders.add(dirname(reader.realPath));
      if (!byPath.has(reader.realPath)) byPath.set(reader.realPath, reader);
    }
    this.#folders.keepOnly(folders);
    this.#watch.watch(folders);
    for (const target of this.#targets.values()) {
      target.isFresh = false;
      target.settle();
    }
    this.#timer.within(paceOf(performance.now() - startMs, this.now() - this.#movedMs));
  }

  #lookAt(
    target: FileTarget,
    path: string,
    found: {
      byPath: Map<string, FileReader>;
      present: Set<FileReader>;
      candidates: Candidate[];
      absent: NamedPath[];
      compressed: NamedPath[];
    },
  ): void {
    if (isCompressed(path)) {
      found.compressed.push({ target, path });
      return;
    }
    const stat = statOf(path);
    const reader = stat && this.#readers.get(inodeKey(stat));
    if (reader) {
      this.#movePath(path, reader, found.byPath);
      if (!found.present.has(reader)) this.#guard(reader, () => this.#check(reader, stat));
      found.present.add(reader);
      target.count(reader.ino);
    } else if (stat?.isFile()) found.candidates.push({ target, path, stat });
    else if (target.isLiteral || !stat) {
      const opened = openRegular(path, this.#context);
      if (opened.kind === 'open') closeSync(opened.fd);
      else if (opened.kind === 'refused') target.problem(opened.reason);
      else if (target.isLiteral) found.absent.push({ target, path });
    }
  }

  #lookAtCompressed(target: FileTarget, path: string): void {
    const stat = isGzipName(path) ? statOf(path) : undefined;
    const { isFresh, spec } = target;
    const appearance = { target: spec, existedBytes: 0, isFresh };
    if (!stat?.isFile()) target.compressed(path);
    else if (this.#opener.appearGzip(path, stat, appearance)) target.count(stat.ino);
  }

  /** A path leads to this reader now; lines of the file that it led to before come first. */
  #movePath(path: string, reader: FileReader, byPath: Map<string, FileReader>): void {
    byPath.set(path, reader);
    const before = this.#byPath.get(path);
    if (before && before !== reader && !before.isClosed && before.predecessor !== reader) {
      reader.predecessor = before;
    }
  }

  /** The reader of a file that came after its target was set; of others undefined. */
  #appear(candidate: Candidate, byPath: Map<string, FileReader>): FileReader | undefined {
    const opened = this.#newcomers.open(candidate);
    if (!opened) return undefined;
    const { reader, isYoung } = opened;
    this.#movedMs = this.now();
    this.#movePath(candidate.path, reader, byPath);
    this.#unsaved.add(reader);
    return isYoung ? reader : undefined;
  }

  /** Generations whose files have other names now: known ones after a start, and such that nobody saw. */
  #takeWaiting(byPath: ReadonlyMap<string, FileReader>): void {
    if (this.#targets.size === 0) return;
    if (!this.#restored) this.#opener.waiting.restore();
    const targets = new Map([...this.#targets].map(([id, target]) => [id, target.spec]));
    const begun = this.#opener.waiting.attach(targets, (path) => byPath.get(path));
    // Also those that were found as copies of truncated files.
    const isFirst = !this.#restored;
    this.#restored = true;
    for (const reader of isFirst ? this.#readers.values() : begun) {
      if (reader.isRotated) this.#unsaved.add(reader);
    }
  }

  #noteMissed({ generation: { record }, target }: FileReader): void {
    this.#opener.waiting.noteMissed(record.path, target, record);
  }

  /** One file that the system fails to read does not keep the others from being looked at. */
  #guard(reader: FileReader, look: () => void): void {
    try {
      look();
    } catch (error) {
      this.failed(reader, error);
    }
  }

  #check(reader: FileReader, stat: Stats): void {
    const nowMs = this.now();
    const { generation } = reader;
    if (noteChange(reader, stat, nowMs)) {
      this.#movedMs = nowMs;
      // Also when it is no longer: a read tells whether it was written anew.
      this.#context.demand.offer(reader);
    }
    generation.entry.seen = Math.max(generation.entry.seen, stat.size);
    // The offer above may have read what was written since the look.
    if (stat.size < generation.offset && fstatSync(reader.fd).size < generation.offset) {
      this.replaced(reader);
      return;
    }
    reader.shrunkMs = undefined;
    if (reader.unread === 0) return;
    noteSilence(reader, nowMs);
    this.#context.demand.offer(reader);
  }

  /** No path leads to it: it was renamed or deleted, and its writer may not know that yet. */
  #lookAtRotated(reader: FileReader): void {
    if (reader.isClosed) return;
    reader.isRotated = true;
    this.#check(reader, fstatSync(reader.fd));
    if (!isFinished(reader, this.now())) return;
    this.#opener.retire(reader.generation);
    this.#close(reader);
  }

  #close(reader: FileReader): void {
    this.#context.demand.withdraw(reader);
    reader.close();
    if (this.#readers.get(inodeKey(reader)) === reader) this.#readers.delete(inodeKey(reader));
    this.#unsaved.delete(reader);
    this.drained(reader);
  }
}
