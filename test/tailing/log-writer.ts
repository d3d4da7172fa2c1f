/** A scripted writer of numbered lines, with the ways in which logs are rotated. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** See the file's head. */
export class LogWriter {
  readonly path: string;
  /** Every line that was written whole, without its newline. */
  readonly written: string[] = [];
  readonly #name: string;
  #count = 0;

  constructor(path: string, name = 'app') {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    this.#name = name;
  }

  /** Appends this many new lines, to the path or to a descriptor of a renamed file. */
  lines(count: number, fd?: number): void {
    let text = '';
    for (let index = 0; index < count; index++) {
      const line = this.next();
      text += `${line}\n`;
    }
    if (fd === undefined) appendFileSync(this.path, text);
    else writeSync(fd, text);
  }

  /** The next line's text; counted as written. */
  next(): string {
    const line = `${this.#name} line ${++this.#count} ${'.'.repeat(this.#count % 40)}`;
    this.written.push(line);
    return line;
  }

  /** Appends text that is no whole line. */
  raw(text: string | Uint8Array): void {
    appendFileSync(this.path, text);
  }

  /** Opens the file for appending, as a daemon holds it. */
  open(): number {
    return openSync(this.path, 'a');
  }

  /** Closes what {@link open} gave. */
  close(fd: number): void {
    closeSync(fd);
  }

  /** Renames app.log to app.log.1, and older ones one further; the next line makes a new file. */
  rename(kept = 5): void {
    this.#shift(kept);
    renameSync(this.path, `${this.path}.1`);
  }

  #shift(kept: number): void {
    for (let index = kept; index >= 1; index--) {
      for (const ending of ['', '.gz']) {
        const older = `${this.path}.${index}${ending}`;
        if (existsSync(older)) renameSync(older, `${this.path}.${index + 1}${ending}`);
      }
    }
  }

  /** Packs the older rotated files, as logrotate's delaycompress does: nobody writes to them any more. */
  gzip(kept = 5): void {
    for (let index = 2; index <= kept; index++) {
      const older = `${this.path}.${index}`;
      if (existsSync(older)) execFileSync('gzip', [older]);
    }
  }

  /** Copies to app.log.1 and truncates. `between` happens after the copy. */
  copyTruncate(between: () => void = () => undefined): void {
    copyFileSync(this.path, `${this.path}.1`);
    between();
    truncateSync(this.path);
  }

  /** Renames older ones one further, then copies and truncates. */
  shiftCopyTruncate(kept: number): void {
    this.#shift(kept);
    this.copyTruncate();
  }

  /** Makes the file, empty. */
  touch(): void {
    closeSync(openSync(this.path, 'a'));
  }
}
