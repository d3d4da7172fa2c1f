/** Runs, messages and chunks for tests of chunk stores and of what reads them. */

import type { AppendMessage } from '../chunks/chunks.ts';
import { encodeRuns } from '../messages/data/codec.ts';
import type { DataMessage, Run } from '../messages/data/run.ts';

/** Lines as a stream's bytes, each with its line end. */
export function streamOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

/** The bytes `from` to `to` of a stream of lines as a run, its ends marked where they cut a line. */
export function runOf(stream: Buffer, from: number, to: number, more: Partial<Run> = {}): Run {
  const data = stream.subarray(from, to);
  const sourceLengths: number[] = [];
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(10, at);
    const next = end < 0 ? data.length : end + 1;
    sourceLengths.push(next - at);
    at = next;
  }
  return {
    generation: '00000000000000aa',
    target: 'target-1',
    file: '/var/log/example.log',
    tags: ['test'],
    from,
    to,
    observed: 1_763_600_000_000,
    startsMidRecord: from > 0 && stream[from - 1] !== 10,
    endsMidRecord: data.at(-1) !== 10,
    history: false,
    data,
    sourceLengths: Uint32Array.from(sourceLengths),
    bodyLengths: undefined,
    ...more,
  };
}

/** A message of runs. */
export function messageOf(runs: readonly Run[], more: Partial<DataMessage> = {}): DataMessage {
  return { agent: 'a'.repeat(32), host: 'host-1', zoneOffsetMinutes: 0, runs, ...more };
}

/** A message as `append` takes it. */
export function appendOf(runs: readonly Run[], more: Partial<AppendMessage> = {}): AppendMessage {
  return {
    message: messageOf(runs),
    encoded: encodeRuns(runs),
    retentionClass: 'default',
    arrivedMs: Date.UTC(2026, 10, 20, 12),
    ...more,
  };
}
