/**
 * A small file that survives a power cut at any moment: written beside, fsynced, renamed over, the folder
 * fsynced; the one before is kept; a checksum tells a torn one. Only what waits for the disk is left to a thread:
 * a start reads and writes it before anything is sent.
 */
import {
  closeSync,
  fsync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { codeOf } from './system-error.ts';

/** What was found at a start. */
export interface LoadedText {
  /** The newest text that is whole; undefined if there is none. */
  readonly text: string | undefined;
  /** Files that were there and not whole. */
  readonly damaged: readonly string[];
}

/** One such file: `name.json`, and beside it `name.previous.json`, `name.new.json`. */
export class CheckpointFile {
  readonly #folder: string;
  readonly #name: string;
  #currentIsWhole = false;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Reads what there is. A damaged newest file is put aside as `name.damaged.json`, never overwritten by a save. */
  async load(): Promise<LoadedText> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const current = readWhole(this.#path(''));
    this.#currentIsWhole = current.kind === 'whole';
    if (current.kind === 'whole') return { text: current.text, damaged: [] };
    const damaged: string[] = [];
    if (current.kind === 'damaged') {
      renameSync(this.#path(''), this.#path('.damaged'));
      damaged.push(this.#path('.damaged'));
    }
    const previous = readWhole(this.#path('.previous'));
    if (previous.kind === 'damaged') damaged.push(this.#path('.previous'));
    return { text: previous.kind === 'whole' ? previous.text : undefined, damaged };
  }

  /** Replaces the text; when this resolves it is on disk. One call at a time. */
  async save(text: string): Promise<void> {
    const bytes = `${checksum(text)}\n${text}`;
    await synced(openSync(this.#path('.new'), 'w', 0o600), (fd) => writeFileSync(fd, bytes));
    if (this.#currentIsWhole) renameSync(this.#path(''), this.#path('.previous'));
    renameSync(this.#path('.new'), this.#path(''));
    this.#currentIsWhole = true;
    await synced(openSync(this.#folder, 'r'));
  }

  #path(kind: string): string {
    return join(this.#folder, `${this.#name}${kind}.json`);
  }
}

type Found =
  | { readonly kind: 'absent' | 'damaged' }
  | { readonly kind: 'whole'; readonly text: string };

function readWhole(path: string): Found {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return { kind: 'absent' };
    }
    throw error;
  }
  const end = content.indexOf('\n');
  const text = content.slice(end + 1);
  const whole = end > 0 && content.slice(0, end) === checksum(text);
  return whole ? { kind: 'whole', text } : { kind: 'damaged' };
}

const syncFile = promisify(fsync);

/** Syncs what was opened, when it was written to, and closes it. */
async function synced(fd: number, write?: (fd: number) => void): Promise<void> {
  try {
    write?.(fd);
    await syncFile(fd);
  } finally {
    closeSync(fd);
  }
}

function checksum(text: string): string {
  return `crc32:${crc32(text).toString(16).padStart(8, '0')}`;
}
