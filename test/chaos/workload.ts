/** Writers of numbered lines into files that rotate, and the count of what was written. */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { numberedLine } from './oracle.ts';

/** How much is written, and where. */
export interface WorkloadOptions {
  readonly folder: string;
  /** A word that marks this run's lines. */
  readonly mark: string;
  readonly files: number;
  readonly linesPerSecond: number;
  readonly rotateMs: number;
}

const TICK_MS = 20;

/** Writes `<mark> f<file> n<number> …` lines at an even rate until it is stopped. */
export class Workload {
  readonly #options: WorkloadOptions;
  readonly #descriptors: number[];
  readonly #written: number[];
  readonly #rotations: number[];
  #timer: NodeJS.Timeout | undefined;
  #startedMs = 0;
  #total = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#descriptors = Array.from({ length: options.files }, (_, file) => this.#open(file));
    this.#written = new Array<number>(options.files).fill(0);
    this.#rotations = new Array<number>(options.files).fill(0);
  }

  /** Begins to write. */
  start(): void {
    this.#startedMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Ends the writing; every file ends with a whole line. */
  stop(): void {
    clearInterval(this.#timer);
    for (const descriptor of this.#descriptors) closeSync(descriptor);
  }

  /** Lines written so far, by file. */
  written(): readonly number[] {
    return this.#written;
  }

  /** Lines written so far, in all. */
  total(): number {
    return this.#total;
  }

  #path(file: number): string {
    return join(this.#options.folder, `f${String(file).padStart(2, '0')}.log`);
  }

  #open(file: number): number {
    return openSync(this.#path(file), 'a');
  }

  #tick(): void {
    const elapsedMs = performance.now() - this.#startedMs;
    const due = Math.floor((elapsedMs * this.#options.linesPerSecond) / 1000);
    while (this.#total < due) {
      const file = this.#total % this.#options.files;
      const number = this.#written[file] ?? 0;
      this.#written[file] = number + 1;
      this.#total += 1;
      writeSync(this.#descriptors[file] ?? -1, numberedLine(this.#options.mark, file, number));
    }
    for (let file = 0; file < this.#options.files; file += 1) this.#rotateIfDue(file, elapsedMs);
  }

  /** Files take turns, so that not all rotate at once. */
  #rotateIfDue(file: number, elapsedMs: number): void {
    const offsetMs = (file * this.#options.rotateMs) / this.#options.files;
    const due = Math.floor((elapsedMs + offsetMs) / this.#options.rotateMs);
    const done = this.#rotations[file] ?? 0;
    if (due <= done) return;
    this.#rotations[file] = due;
    closeSync(this.#descriptors[file] ?? -1);
    renameSync(this.#path(file), `${this.#path(file)}.${due}`);
    this.#descriptors[file] = this.#open(file);
  }
}
