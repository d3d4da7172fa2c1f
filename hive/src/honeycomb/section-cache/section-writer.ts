/**
 * Writes and removes files of a folder, one thing after another, so that a file that was removed is not made again by what was
 * still to be written to it. Never at once, as reading is: a disk that is slow would stop everything else.
 */
import { SECTION_CACHE_WAITING_BYTES_MAX } from '@apiary/common/limits/section-cache.ts';
import type { SealedSection } from './section-file.ts';
import type { SectionFolder } from './section-folder.ts';

/** What is to be done with one file. */
interface Job {
  /** First. */
  readonly isRemoval: boolean;
  readonly sections: Map<number, SealedSection>;
}

/** See the file's head. */
export class SectionWriter {
  readonly #folder: Pick<SectionFolder, 'write' | 'remove'>;
  readonly #onFailure: (chunk: string, error: unknown) => void;
  /** By chunk, those that were asked for first. */
  readonly #jobs = new Map<string, Job>();
  #current: { readonly chunk: string; readonly job: Job } | undefined;
  #bytes = 0;
  #running: Promise<void> | undefined;

  constructor(
    folder: Pick<SectionFolder, 'write' | 'remove'>,
    onFailure: (chunk: string, error: unknown) => void,
  ) {
    this.#folder = folder;
    this.#onFailure = onFailure;
  }

  /** False where so many more bytes would be too many that wait. */
  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= SECTION_CACHE_WAITING_BYTES_MAX;
  }

  /** Something is still to be done with a chunk's file. */
  isAt(chunk: string): boolean {
    return this.#jobs.has(chunk) || this.#current?.chunk === chunk;
  }

  /** A section is still to be written, or is being written. */
  isWriting(chunk: string, index: number): boolean {
    const isCurrent = this.#current?.chunk === chunk && this.#current.job.sections.has(index);
    return isCurrent || this.#jobs.get(chunk)?.sections.has(index) === true;
  }

  add(chunk: string, index: number, section: SealedSection): void {
    const job = this.#jobs.get(chunk) ?? { isRemoval: false, sections: new Map() };
    job.sections.set(index, section);
    this.#jobs.set(chunk, job);
    this.#bytes += section.bytes.length;
    this.#run();
  }

  /** Also of what was to be written to the file. */
  remove(chunk: string): void {
    const before = this.#jobs.get(chunk);
    if (before) this.#bytes -= bytesOf(before);
    this.#jobs.set(chunk, { isRemoval: true, sections: new Map() });
    this.#run();
  }

  /** Resolves when nothing is left to do. */
  async settled(): Promise<void> {
    await this.#running;
  }

  #run(): void {
    this.#running ??= this.#work();
  }

  async #work(): Promise<void> {
    for (const [chunk, job] of this.#jobs) {
      this.#jobs.delete(chunk);
      this.#current = { chunk, job };
      try {
        if (job.isRemoval) await this.#folder.remove(chunk);
        if (job.sections.size > 0) await this.#folder.write(chunk, [...job.sections.values()]);
      } catch (error) {
        this.#onFailure(chunk, error);
      }
      this.#current = undefined;
      this.#bytes -= bytesOf(job);
    }
    this.#running = undefined;
  }
}

function bytesOf({ sections }: Job): number {
  let bytes = 0;
  for (const section of sections.values()) bytes += section.bytes.length;
  return bytes;
}
