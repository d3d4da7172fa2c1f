/** A corpus as Bees send it: messages of runs, taken from the files in turn as they grew. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import { encodeRuns } from '@apiary/common/messages/data/codec.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';
import { runOf } from '@apiary/common/testing/chunk-runs.ts';
import type { Corpus } from './corpus.ts';

const NEWLINE = 10;
/** A message holds what a Bee sends when it has much to send. */
const MESSAGE_BYTES = 250 * 1024;
/** Rounds through all files. Each gives a part of each file, so that files advance together. */
const ROUND_BYTES = 8 << 20;

/** A message and what was read for it. */
export interface CorpusMessage {
  readonly append: AppendMessage;
  readonly rawBytes: number;
}

/**
 * All messages of a corpus, in order. Files are read as far as they are needed.
 *
 * @param arrivedMs when they all arrive
 * @param options `mark`: a hexadecimal digit, streams of another mark are other streams; `areFull`: each message
 * holds as much as it may, as where there is much to send; `asWritten`: each arrives as its lines were written, from
 * `arrivedMs` on: a corpus of more than a day would be of days to come; `share`: every `of`-th message of each
 * file, the `index`-th first, as streams without a gap
 */
export function* messagesOf(
  corpus: Corpus,
  arrivedMs: number,
  {
    mark = '0',
    areFull = false,
    asWritten = false,
    share = { index: 0, of: 1 },
  }: {
    readonly mark?: string;
    readonly areFull?: boolean;
    readonly asWritten?: boolean;
    readonly share?: { readonly index: number; readonly of: number };
  } = {},
): Generator<CorpusMessage> {
  const files = corpus.files.map((file) => new CorpusFile(file.path, file));
  const roundBytes = areFull ? MESSAGE_BYTES * files.length : ROUND_BYTES;
  const rounds = Math.max(1, Math.ceil(corpus.bytes / roundBytes));
  const lastsMs = asWritten ? corpus.endMs - arrivedMs : 0;
  for (let round = 1; round <= rounds; round++) {
    const nowMs = Math.round(arrivedMs + (lastsMs * round) / rounds);
    for (const [index, file] of files.entries()) {
      const goal = Math.ceil((file.length * round) / rounds);
      while (file.at < goal) {
        const generation = (index + 1).toString(16).padStart(16, mark);
        const name = `/var/log/${file.of.file}`;
        const place = { generation, target: 'system', file: name, tags: [] };
        const bytes = file.lines(Math.min(goal - file.at, MESSAGE_BYTES));
        // Each file's first message goes to another share.
        if ((index + file.messages++) % share.of !== share.index) continue;
        const from = file.given;
        file.given += bytes.length;
        const more = { ...place, from, to: file.given, startsMidRecord: false, observed: nowMs };
        const run: Run = runOf(bytes, 0, bytes.length, more);
        yield { append: appendOf(file.of.host, run, nowMs), rawBytes: run.data.length };
      }
    }
  }
  for (const file of files) file.close();
}

function appendOf(host: string, run: Run, arrivedMs: number): AppendMessage {
  const runs = [run];
  const message = { agent: 'a'.repeat(32), host, zoneOffsetMinutes: 0, runs };
  return { message, encoded: encodeRuns(runs), retentionClass: 'default', arrivedMs };
}

/** One file of the corpus. */
class CorpusFile {
  readonly of: Corpus['files'][number];
  readonly length: number;
  /** What was read up to here. */
  at = 0;
  messages = 0;
  /** Bytes of those that are given, which is all unless they are shared. */
  given = 0;
  readonly #descriptor: number;

  constructor(path: string, of: Corpus['files'][number]) {
    this.of = of;
    this.length = statSync(path).size;
    this.#descriptor = openSync(path, 'r');
  }

  /** Goes on by the lines that end within `wanted` bytes, or by one. */
  lines(wanted: number): Buffer {
    for (let room = wanted; ; room *= 2) {
      const bytes = Buffer.allocUnsafe(Math.min(room, this.length - this.at));
      readSync(this.#descriptor, bytes, 0, bytes.length, this.at);
      const atEnd = this.at + bytes.length === this.length;
      const end = atEnd ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
      if (end === 0) continue;
      this.at += end;
      return bytes.subarray(0, end);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
