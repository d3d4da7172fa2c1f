/** A corpus as Bees send it: messages of runs, taken from the files in turn as they grew. */
import { readFileSync } from 'node:fs';
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

/** All messages of a corpus, in order. */
export function* messagesOf(corpus: Corpus, arrivedMs: number): Generator<CorpusMessage> {
  const files = corpus.files.map((file) => ({ ...file, bytes: readFileSync(file.path), at: 0 }));
  const rounds = Math.max(1, Math.ceil(corpus.bytes / ROUND_BYTES));
  for (let round = 1; round <= rounds; round++) {
    for (const [index, file] of files.entries()) {
      const goal = Math.ceil((file.bytes.length * round) / rounds);
      while (file.at < goal) {
        const to = endOf(file.bytes, file.at, Math.min(goal, file.at + MESSAGE_BYTES));
        const generation = (index + 1).toString(16).padStart(16, '0');
        const place = { generation, target: 'system', file: `/var/log/${file.file}`, tags: [] };
        const run: Run = runOf(file.bytes, file.at, to, { ...place, observed: arrivedMs });
        file.at = to;
        yield { append: appendOf(file.host, run, arrivedMs), rawBytes: run.data.length };
      }
    }
  }
}

function appendOf(host: string, run: Run, arrivedMs: number): AppendMessage {
  const runs = [run];
  const message = { agent: 'a'.repeat(32), host, zoneOffsetMinutes: 0, runs };
  return { message, encoded: encodeRuns(runs), retentionClass: 'default', arrivedMs };
}

/** The end of the last line that ends by `limit`, or of the first one. */
function endOf(bytes: Buffer, from: number, limit: number): number {
  if (limit >= bytes.length) return bytes.length;
  const last = bytes.lastIndexOf(NEWLINE, limit - 1);
  if (last >= from) return last + 1;
  const next = bytes.indexOf(NEWLINE, limit);
  return next < 0 ? bytes.length : next + 1;
}
