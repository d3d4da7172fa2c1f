/** Makes records of generations, and readers of the files that hold them. */
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import { newGeneration } from '@apiary/common/random.ts';
import type { Checkpoint, GenerationRecord } from '../../checkpoint.ts';
import type { Ledger } from '../../ledger.ts';
import { Generation } from './generation.ts';
import { birthOf, inodeKey, readAt } from './identity.ts';
import type { Missed } from './missed.ts';
import { FileReader, ReadBuffer, type ReaderOwner } from './reader.ts';
import { type Found, isCompressed } from './rotation.ts';

/** What a factory is given. */
export interface ReaderFactoryOptions {
  readonly checkpoint: Checkpoint;
  readonly ledger: Ledger;
  readonly owner: ReaderOwner;
  /** Readers by inode. The factory adds to it. */
  readonly readers: Map<string, FileReader>;
}

/** See the file's head. */
export class ReaderFactory {
  readonly #options: ReaderFactoryOptions;
  readonly #buffer = new ReadBuffer();

  constructor(options: ReaderFactoryOptions) {
    this.#options = options;
  }

  /** A generation that nobody knew, of which nothing was read. */
  record(mark: Missed, target: TargetSpec, path: string): GenerationRecord {
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

  /** A generation, to be read on in a file that holds it up to what was confirmed; without a file it is new. */
  generation(record: GenerationRecord, file?: Found): Generation {
    const { checkpoint, ledger, owner } = this.#options;
    const { confirmed, tailLength } = record;
    const tail = file ? readAt(file.fd, confirmed - tailLength, tailLength) : Buffer.alloc(0);
    return new Generation(record, tail, { checkpoint, ledger, now: owner.now });
  }

  /** Reads a generation in the file that its path leads to. Takes the descriptor. */
  reader(file: Found, generation: Generation, target: TargetSpec): FileReader {
    const { owner, readers } = this.#options;
    const buffer = this.#buffer;
    const reader = new FileReader({ ...file, target, generation, buffer, owner });
    readers.set(inodeKey(file.stat), reader);
    return reader;
  }

  /** Goes on with a generation in another file than its path leads to. Takes the descriptor. */
  follow(file: Found, generation: Generation, target: TargetSpec): FileReader {
    const { record } = generation;
    record.dev = file.stat.dev;
    record.ino = file.stat.ino;
    // What was unpacked just now is older than its file: by that age others would be taken for known.
    if (!isCompressed(file.path)) record.birthMs = birthOf(file.stat);
    record.changedMs = this.#options.owner.now();
    this.#options.checkpoint.changed();
    const reader = this.reader(file, generation, target);
    reader.isRotated = true;
    return reader;
  }

  /** Ids of the generations that are being read. */
  attached(): Set<string> {
    const readers = [...this.#options.readers.values()];
    return new Set(readers.map((reader) => reader.generation.record.id));
  }
}
