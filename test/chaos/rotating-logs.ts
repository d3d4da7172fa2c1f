/** Numbered lines in files that rotate as logs do: renamed, made anew, some written to after that, old ones packed. */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { numberedLine } from './oracle.ts';

/** What is written, and where. */
export interface RotatingLogsOptions {
  readonly folder: string;
  readonly mark: string;
  readonly files: number;
}

const LINES = 10;
/** Rotated files that outlive {@link RotatingLogs.dropOldest}. */
const KEPT = 4;
/** Every so many files have a writer that notices a rotation late. */
const LATE_EVERY = 3;
/** Every so many files have their archives packed. */
const PACKED_EVERY = 4;

/** See the file's head. */
export class RotatingLogs {
  /** Lines written so far, by file. */
  readonly written: number[];
  rotations = 0;
  readonly #options: RotatingLogsOptions;
  readonly #archived: number[];

  constructor(options: RotatingLogsOptions) {
    this.#options = options;
    this.written = new Array<number>(options.files).fill(0);
    this.#archived = new Array<number>(options.files).fill(0);
  }

  /** Lines written so far, in all. */
  get total(): number {
    return this.written.reduce((sum, count) => sum + count, 0);
  }

  /** Makes the files, empty, ahead of all else: one that lives for less than a tick of the disk's clock has no age. */
  touch(): void {
    for (let file = 0; file < this.#options.files; file++)
      closeSync(openSync(this.#path(file), 'a'));
  }

  /** Some lines, a rotation, and some lines to the new file or, late, to the old one. */
  writeAndRotate(file: number): void {
    const path = this.#path(file);
    const old = openSync(path, 'a');
    this.#write(file, old, LINES);
    for (let n = this.#archived[file] ?? 0; n >= 1; n--) {
      for (const ending of ['', '.gz']) {
        if (existsSync(`${path}.${n}${ending}`)) {
          renameSync(`${path}.${n}${ending}`, `${path}.${n + 1}${ending}`);
        }
      }
    }
    renameSync(path, `${path}.1`);
    this.#archived[file] = (this.#archived[file] ?? 0) + 1;
    this.rotations++;
    if (file % LATE_EVERY === 0) this.#write(file, old, LINES / 2);
    closeSync(old);
    const next = openSync(path, 'a');
    this.#write(file, next, LINES / 2);
    closeSync(next);
    if (file % PACKED_EVERY === 0) pack(`${path}.3`);
  }

  /** Removes the oldest archives; call once all that they hold is stored. */
  dropOldest(): void {
    for (let file = 0; file < this.#options.files; file++) {
      const archived = this.#archived[file] ?? 0;
      for (let n = KEPT + 1; n <= archived; n++) {
        for (const ending of ['', '.gz'])
          rmSync(`${this.#path(file)}.${n}${ending}`, { force: true });
      }
      this.#archived[file] = Math.min(archived, KEPT);
    }
  }

  #path(file: number): string {
    return join(this.#options.folder, `f${String(file).padStart(2, '0')}.log`);
  }

  #write(file: number, descriptor: number, count: number): void {
    let text = '';
    for (let n = 0; n < count; n++) {
      const number = this.written[file] ?? 0;
      this.written[file] = number + 1;
      text += numberedLine(this.#options.mark, file, number);
    }
    writeSync(descriptor, text);
  }
}

/** As gzip does: the packed file bears the time of the plain one, which goes. */
function pack(path: string): void {
  if (!existsSync(path)) return;
  const { atime, mtime } = statSync(path);
  writeFileSync(`${path}.packing`, gzipSync(readFileSync(path)));
  utimesSync(`${path}.packing`, atime, mtime);
  renameSync(`${path}.packing`, `${path}.gz`);
  rmSync(path);
}
