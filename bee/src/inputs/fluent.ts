/**
 * `fluent:` and `fluent+tls:` targets: the Forward protocol (version 1) as Fluentd and Fluent Bit speak it, in all its modes:
 * one event, several, packed, and packed with gzip. A chunk is acknowledged once it is on disk; one that a
 * sender repeats, not having seen the acknowledgement, is stored once, as long as the Bee runs. A record is
 * one JSON object: time, tag, and the event's fields. There is no shared key.
 */
import type { Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { FLUENT_CHUNKS_REMEMBERED, RECEIVED_BODY_BYTES_MAX } from '@apiary/common/limits.ts';
import { z } from 'zod';
import type { SpoolRecord } from '../spool/frame.ts';
import { listenStream } from './listen-stream.ts';
import { MsgpackIncomplete, MsgpackReader, type MsgpackValue, packText } from './msgpack.ts';
import type { ProducerContext, StartProducer } from './spooled-input.ts';

const CHUNK_LENGTH_MAX = 1024;

/** Producer of `fluent:` and `fluent+tls:` targets. */
export const startFluent: StartProducer = (context) => {
  const stored = new Set<string>();
  return listenStream(context, async (socket) => {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of socket) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (rest.length > RECEIVED_BODY_BYTES_MAX) throw new Error('a chunk is too large');
      rest = await takeMessages(context, socket, rest, stored);
    }
  });
};

async function takeMessages(
  context: ProducerContext,
  socket: Socket,
  bytes: Buffer,
  stored: Set<string>,
): Promise<Buffer> {
  const reader = new MsgpackReader(bytes);
  let taken = 0;
  try {
    while (taken < bytes.length) {
      const message = reader.read();
      taken = reader.offset;
      const { records, chunk } = readForward(message, context.clock.now());
      if (chunk === undefined || !stored.has(chunk)) {
        await context.spool.appendWhenRoom(records, context.signal);
      }
      if (chunk === undefined) continue;
      remember(stored, chunk);
      socket.write(Buffer.concat([Buffer.of(0x81), packText('ack'), packText(chunk)]));
    }
  } catch (error) {
    if (!(error instanceof MsgpackIncomplete)) throw error;
  }
  return bytes.subarray(taken);
}

function remember(stored: Set<string>, chunk: string): void {
  stored.add(chunk);
  const [oldest] = stored;
  if (stored.size > FLUENT_CHUNKS_REMEMBERED && oldest !== undefined) stored.delete(oldest);
}

const optionSchema = z.looseObject({
  chunk: z.string().max(CHUNK_LENGTH_MAX).optional(),
  compressed: z.string().optional(),
});

/** Reads one message. @throws Error for what is none of the protocol's forms */
export function readForward(
  message: MsgpackValue,
  nowMs: number,
): { readonly records: SpoolRecord[]; readonly chunk: string | undefined } {
  if (!Array.isArray(message)) throw new Error('a message is an array');
  const [tag, second, third, fourth] = message;
  if (typeof tag !== 'string') throw new Error('a message begins with its tag');
  const isPacked = Buffer.isBuffer(second) || typeof second === 'string';
  const isBatch = isPacked || Array.isArray(second);
  const option = optionSchema.parse((isBatch ? third : fourth) ?? {});
  const entries: readonly MsgpackValue[] = isBatch
    ? entriesOf(second, option.compressed)
    : [[second ?? null, third ?? null]];
  const records = entries.map((entry) => recordOf(tag, entry, nowMs));
  return { records, chunk: option.chunk };
}

function entriesOf(packed: MsgpackValue | undefined, compressed: string | undefined) {
  if (Array.isArray(packed)) return packed;
  const bytes = Buffer.isBuffer(packed) ? packed : Buffer.from(String(packed), 'latin1');
  const bound = { maxOutputLength: RECEIVED_BODY_BYTES_MAX };
  const reader = new MsgpackReader(compressed === 'gzip' ? gunzipSync(bytes, bound) : bytes);
  const entries: MsgpackValue[] = [];
  try {
    for (;;) entries.push(reader.read());
  } catch (error) {
    if (!(error instanceof MsgpackIncomplete)) throw error;
  }
  return entries;
}

function recordOf(tag: string, entry: MsgpackValue | undefined, nowMs: number): SpoolRecord {
  const [time, fields] = Array.isArray(entry) ? entry : [];
  const object = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
  const event = object && !Buffer.isBuffer(fields) ? fields : { message: fields ?? null };
  const body = JSON.stringify({ time: timeOf(time ?? null, nowMs), tag, ...event }, textOfBuffer);
  return { body: Buffer.from(body), name: `fluent:${tag}` };
}

function timeOf(time: MsgpackValue, nowMs: number): string {
  if (typeof time === 'number') return new Date(time * 1000).toISOString();
  // Fluent Bit 2 puts time and metadata into one array.
  if (Array.isArray(time)) return timeOf(time[0] ?? null, nowMs);
  const isTime = typeof time === 'object' && time !== null && 'seconds' in time;
  if (!isTime || Buffer.isBuffer(time)) return new Date(nowMs).toISOString();
  const { seconds, nanoseconds } = time;
  const second = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
  return `${second}.${String(nanoseconds).padStart(9, '0')}Z`;
}

/** `Buffer.toJSON` runs before a replacer sees the value. */
function textOfBuffer(this: unknown, key: string, value: unknown): unknown {
  const held = typeof this === 'object' && this !== null ? Reflect.get(this, key) : undefined;
  return Buffer.isBuffer(held) ? held.toString() : value;
}
