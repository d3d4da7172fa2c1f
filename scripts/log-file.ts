import {
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';

/** A component log is moved to `.1` at this size; `.1` to `.2`; older ones go. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;
/** After a failed write, as on a full disk, so long passes before another one is tried. */
const REOPEN_MS = 1_000;

/** Appends what streams say to a file that never grows beyond a bound. */
export class LogFile {
  readonly #path: string;
  #stream: WriteStream;
  #bytes: number;
  #brokeMs = 0;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#path = path;
    this.#bytes = existsSync(path) ? statSync(path).size : 0;
    this.#stream = this.#open();
  }

  /** Copies a stream into the file until it ends. */
  take(source: Readable): void {
    source.on('data', (data: Buffer) => {
      if (!this.#isUsable()) return;
      if (this.#bytes > LOG_BYTES_MAX) this.#rotate();
      this.#bytes += data.length;
      if (!this.#stream.write(data)) {
        source.pause();
        const resume = () => {
          stream.off('drain', resume).off('close', resume);
          source.resume();
        };
        const stream = this.#stream.on('drain', resume).on('close', resume);
      }
    });
  }

  close(): void {
    this.#stream.end();
  }

  /** False while the disk takes nothing; then the file is opened again now and then. */
  #isUsable(): boolean {
    if (!this.#stream.destroyed) return true;
    if (performance.now() - this.#brokeMs < REOPEN_MS) return false;
    this.#stream = this.#open();
    return true;
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
    // A full disk must neither end the supervisor nor make a child wait for it; the lines are lost, the
    // counters of the components are not.
    stream.on('error', () => {
      this.#brokeMs = performance.now();
      stream.destroy();
    });
    return stream;
  }

  #rotate(): void {
    this.#stream.end();
    if (existsSync(`${this.#path}.1`)) renameSync(`${this.#path}.1`, `${this.#path}.2`);
    if (existsSync(this.#path)) renameSync(this.#path, `${this.#path}.1`);
    this.#bytes = 0;
    this.#stream = this.#open();
  }
}
