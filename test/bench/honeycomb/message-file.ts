/** Messages of a corpus in one file, so that a process that takes them in makes none of them itself. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import type { CorpusMessage } from './messages.ts';

const LENGTHS_BYTES = 8;

type Head = Omit<AppendMessage, 'message' | 'encoded'> &
  Omit<AppendMessage['message'], 'runs'> & { readonly rawBytes: number };

/** Writes messages: lengths of head and body (u32 each), the head as JSON, the body. */
export function writeMessages(path: string, messages: Iterable<CorpusMessage>): void {
  const descriptor = openSync(path, 'w');
  for (const { append, rawBytes } of messages) {
    const { message, encoded, ...arrival } = append;
    const { agent, host, zoneOffsetMinutes } = message;
    const head: Head = { ...arrival, agent, host, zoneOffsetMinutes, rawBytes };
    const json = Buffer.from(JSON.stringify(head));
    const lengths = Buffer.alloc(LENGTHS_BYTES);
    lengths.writeUInt32LE(json.length, 0);
    lengths.writeUInt32LE(encoded.length, 4);
    writeSync(descriptor, Buffer.concat([lengths, json, encoded]));
  }
  closeSync(descriptor);
}

/** Reads what {@link writeMessages} wrote, one message at a time; their runs are in the body alone. */
export function* readMessages(path: string): Generator<CorpusMessage> {
  const descriptor = openSync(path, 'r');
  const lengths = Buffer.alloc(LENGTHS_BYTES);
  while (readSync(descriptor, lengths) === LENGTHS_BYTES) {
    const [jsonBytes, bodyBytes] = [lengths.readUInt32LE(0), lengths.readUInt32LE(4)];
    const bytes = Buffer.allocUnsafeSlow(jsonBytes + bodyBytes);
    readSync(descriptor, bytes);
    // Written above.
    const head = JSON.parse(bytes.toString('utf8', 0, jsonBytes)) as Head;
    const { agent, host, zoneOffsetMinutes, rawBytes, ...arrival } = head;
    const message = { agent, host, zoneOffsetMinutes, runs: [] };
    yield { append: { ...arrival, message, encoded: bytes.subarray(jsonBytes) }, rawBytes };
  }
  closeSync(descriptor);
}
