/**
 * What came of attempts, on this machine's disk until the store has it. A process that is killed between the answer
 * of a channel and the store's would leave an attempt of which nobody knows whether it arrived, and the next one
 * would send again; whoever starts in the same data folder reads its file and writes the outcome instead. Appended
 * without fsync: it outlives a killed process, and of a machine that loses power the deliveries are repeated with
 * their keys.
 *
 * One file for each process, `PID-INSTANCE.jsonl`, a line for each outcome; emptied as the store catches up.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { OUTCOME_JOURNAL_BYTES_MAX } from '@apiary/common/limits/deliveries.ts';
import { z } from 'zod';
import { type Delivery, deliverySchema } from './model.ts';

const entrySchema = z.object({
  /** Of the claim, which the outcome replaces. */
  version: z.number().int(),
  outcome: deliverySchema,
});

/** An outcome that the store may not have. */
export type JournalEntry = z.output<typeof entrySchema>;

const NAME = /^(\d+)-([\w-]+)\.jsonl$/;

/** See the file's head. */
export class OutcomeJournal {
  readonly #folder: string;
  readonly #file: string;
  readonly #name: string;
  /** Outcomes that are not in the store yet, by delivery. */
  readonly #pending = new Map<string, string>();
  #descriptor: number;
  #bytes = 0;

  /** @throws Error of the file system */
  constructor(folder: string, instance: string) {
    this.#folder = folder;
    this.#name = `${process.pid}-${instance}.jsonl`;
    this.#file = join(folder, this.#name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#descriptor = openSync(this.#file, 'a', 0o600);
  }

  /** Notes an outcome before the store is asked to. @throws Error of the file system */
  note(outcome: Delivery, version: number): void {
    const entry: JournalEntry = { version, outcome };
    const line = `${JSON.stringify(entry)}\n`;
    this.#pending.set(outcome.id, line);
    this.#bytes += writeSync(this.#descriptor, line);
    if (this.#bytes > OUTCOME_JOURNAL_BYTES_MAX) this.#rewrite();
  }

  /** The store has it, or somebody else's. */
  forget(delivery: string): void {
    this.#pending.delete(delivery);
  }

  /** Has the outcomes of processes that are gone written; a file whose outcomes all are is removed. */
  async takeOver(write: (entry: JournalEntry) => Promise<void>): Promise<void> {
    for (const name of readdirSync(this.#folder)) {
      const pid = Number(NAME.exec(name)?.[1]);
      if (!Number.isInteger(pid) || name === this.#name || isAlive(pid)) continue;
      const path = join(this.#folder, name);
      for (const entry of entriesOf(readFileSync(path, 'utf8'))) await write(entry);
      rmSync(path, { force: true });
    }
  }

  /** Removes the file when nothing is left in it to take over. */
  close(): void {
    closeSync(this.#descriptor);
    if (this.#pending.size === 0) rmSync(this.#file, { force: true });
  }

  /** What the store has goes; a process that dies meanwhile leaves the old file or the new one. */
  #rewrite(): void {
    const fresh = `${this.#file}.new`;
    const descriptor = openSync(fresh, 'w', 0o600);
    const text = [...this.#pending.values()].join('');
    this.#bytes = text === '' ? 0 : writeSync(descriptor, text);
    renameSync(fresh, this.#file);
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
  }
}

/** A last line that a kill cut off is left out; nothing else is expected to be broken. */
function entriesOf(text: string): JournalEntry[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [entrySchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

/** Of this process there is one journal: another file with its number is of one that had it before. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
