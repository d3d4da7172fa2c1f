/**
 * GELF (Graylog's format) over UDP, with chunks and gzip or zlib, and over TCP or TLS with a NUL after each message.
 * A message is stored as the JSON that came; the record's `file` is `gelf:` and its host. Neither way
 * acknowledges anything.
 */
import { gunzipSync, inflateSync } from 'node:zlib';
import {
  GELF_CHUNK_WAIT_MS,
  GELF_CHUNKED_MAX,
  GELF_CHUNKS_MAX,
  RECEIVED_RECORD_BYTES_MAX,
} from '@apiary/common/limits.ts';
import type { SpoolRecord } from '../spool/frame.ts';
import { LineSplitter } from './line-splitter.ts';
import { listenStream } from './listen-stream.ts';
import { listenUdp } from './listen-udp.ts';
import type { ProducerContext, StartProducer } from './spooled-input.ts';

const HEAD_BYTES = 12;

/** Producer of `gelf+udp:` targets. */
export const startGelfUdp: StartProducer = (context) => {
  const chunks = new GelfChunks(() => context.clock.now());
  return listenUdp(context, (datagram) => {
    const message = chunks.push(datagram);
    if (!message) return [];
    return recordsOf(context, message);
  });
};

/** Producer of `gelf+tcp:` and `gelf+tls:` targets. */
export const startGelfStream: StartProducer = (context) =>
  listenStream(context, async (socket) => {
    const messages = new LineSplitter(0);
    for await (const chunk of socket) {
      const records = messages.push(chunk).flatMap((message) => recordsOf(context, message));
      await context.spool.appendWhenRoom(records, context.signal);
    }
  });

function recordsOf(context: ProducerContext, message: Buffer): SpoolRecord[] {
  try {
    const body = unpacked(message);
    const parsed: unknown = JSON.parse(body.toString());
    const isObject = typeof parsed === 'object' && parsed !== null;
    const host = isObject && 'host' in parsed ? String(parsed.host) : 'unknown';
    if (isObject) return [{ body, name: `gelf:${host}` }];
  } catch {
    // Told below.
  }
  context.dropped(1, message.length, 'a message was no GELF.');
  return [];
}

function unpacked(message: Buffer): Buffer {
  const bound = { maxOutputLength: RECEIVED_RECORD_BYTES_MAX };
  if (message[0] === 0x1f && message[1] === 0x8b) return gunzipSync(message, bound);
  if (message[0] === 0x78) return inflateSync(message, bound);
  return message;
}

/** Puts the chunks of datagrams together; those that stay incomplete are forgotten after a while. */
export class GelfChunks {
  readonly #now: () => number;
  readonly #open = new Map<string, { sinceMs: number; parts: (Buffer | undefined)[] }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The message that is whole with this datagram. */
  push(datagram: Buffer): Buffer | undefined {
    if (datagram[0] !== 0x1e || datagram[1] !== 0x0f) return datagram;
    const id = datagram.toString('latin1', 2, 10);
    const [number = 0, count = 0] = datagram.subarray(10, HEAD_BYTES);
    if (count === 0 || count > GELF_CHUNKS_MAX || number >= count) return undefined;
    this.#forgetOld();
    const known = this.#open.get(id) ?? {
      sinceMs: this.#now(),
      parts: new Array<Buffer | undefined>(count).fill(undefined),
    };
    if (known.parts.length !== count) return undefined;
    known.parts[number] = Buffer.from(datagram.subarray(HEAD_BYTES));
    this.#open.set(id, known);
    const parts = known.parts.filter((part) => part !== undefined);
    if (parts.length < count) return undefined;
    this.#open.delete(id);
    return Buffer.concat(parts);
  }

  #forgetOld(): void {
    const nowMs = this.#now();
    for (const [id, { sinceMs }] of this.#open) {
      const isOld = Math.abs(nowMs - sinceMs) > GELF_CHUNK_WAIT_MS;
      if (!isOld && this.#open.size < GELF_CHUNKED_MAX) break;
      this.#open.delete(id);
    }
  }
}
