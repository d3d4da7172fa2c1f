/** Readers of new generations: they are published once their ids are on disk. */
import type { Logger } from '@apiary/common/log.ts';
import type { Checkpoint } from '../../checkpoint.ts';
import type { Demand } from '../../source.ts';
import { reasonOf } from './open.ts';
import type { FileReader } from './reader.ts';

/** Where ids are kept and readers go. */
export interface UnsavedOptions {
  readonly checkpoint: Checkpoint;
  readonly demand: Demand;
  readonly log: Logger;
}

/** See the file's head. */
export class Unsaved {
  readonly #options: UnsavedOptions;
  #readers = new Set<FileReader>();

  constructor(options: UnsavedOptions) {
    this.#options = options;
  }

  /** Its generation is new, or reads on in another file. */
  add(reader: FileReader): void {
    this.#readers.add(reader);
  }

  /** It is closed. */
  delete(reader: FileReader): void {
    this.#readers.delete(reader);
  }

  /** It may be read and sent from now on. */
  publish(reader: FileReader): void {
    reader.isPublishable = true;
    this.#options.demand.offer(reader);
  }

  /** Saves, and publishes what is saved by then. What cannot be saved is tried again with the next call. */
  async save(): Promise<void> {
    if (this.#readers.size === 0) return;
    const readers = [...this.#readers];
    const generations = readers.map((reader) => reader.generation);
    this.#readers = new Set();
    try {
      await this.#options.checkpoint.flush();
    } catch (error) {
      const words = reasonOf('the checkpoint', '', error);
      this.#options.log.error({ error: words }, 'checkpoint.failed');
      for (const reader of readers) if (!reader.isClosed) this.#readers.add(reader);
      return;
    }
    for (const [index, reader] of readers.entries()) {
      if (!reader.isClosed && reader.generation === generations[index]) this.publish(reader);
    }
  }
}
