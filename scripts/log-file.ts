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

/** Appends what streams say to a file that never grows beyond a bound. */
export class LogFile {
  readonly #path: string;
  #stream: WriteStream;
  #bytes: number;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#path = path;
    this.#bytes = existsSync(path) ? statSync(path).size : 0;
    this.#stream = this.#open();
  }

  /** Copies a stream into the file until it ends. */
  take(source: Readable): void {
    source.on('data', (data: Buffer) => {
      if (this.#bytes > LOG_BYTES_MAX) this.#rotate();
      this.#bytes += data.length;
      if (!this.#stream.write(data)) {
        source.pause();
        this.#stream.once('drain', () => source.resume());
      }
    });
  }

  close(): void {
    this.#stream.end();
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
    // A full disk must not end the supervisor; the lines are lost, the counters of the components are not.
    stream.on('error', () => stream.destroy());
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
