/**
 * Entries of the log: `marker u32, payload length u32, CRC-32 u32, payload`, big-endian. A payload is
 * either a message with the durable queues it went to, or a list of settlements.
 */
import { crc32 } from 'node:zlib';
import { ByteReader } from '../codec/byte-reader.ts';
import { ByteWriter } from '../codec/byte-writer.ts';
import type { Content } from '../message.ts';

/** Marker, length, checksum. */
export const ENTRY_HEADER_BYTES = 12;
const MESSAGE = 1;
const SETTLEMENTS = 2;
const SETTLEMENT_BYTES = 10;
const ID_BYTES = 6;

/** What a message's entry says beside its queues. */
export interface LoggedMessage {
  readonly exchange: string;
  readonly routingKey: string;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  readonly content: Content;
}

/** A decoded payload. Contents share memory with it. */
export type Entry =
  | {
      readonly kind: 'message';
      readonly id: number;
      readonly queues: number[];
      readonly message: LoggedMessage;
    }
  | {
      readonly kind: 'settlements';
      readonly settlements: readonly { readonly id: number; readonly queue: number }[];
    };

/** Encodes a message's payload; the body's pieces are referred to, not copied. */
export function encodeMessage(
  id: number,
  queues: readonly number[],
  message: LoggedMessage,
): Buffer[] {
  const { properties, body } = message.content;
  const tail = new ByteWriter(64 + properties.length);
  tail.longlong(message.publishedAt);
  tail.shortString(message.exchange);
  tail.shortString(message.routingKey);
  tail.longString(properties);
  return [messageHead(id, queues), tail.finish(), ...body];
}

function messageHead(id: number, queues: readonly number[]): Buffer {
  const head = Buffer.allocUnsafe(1 + ID_BYTES + 2 + queues.length * 4);
  head.writeUInt8(MESSAGE, 0);
  head.writeUIntBE(id, 1, ID_BYTES);
  head.writeUInt16BE(queues.length, 1 + ID_BYTES);
  for (const [index, queue] of queues.entries()) head.writeUInt32BE(queue, 9 + index * 4);
  return head;
}

/** The payload of a message that moves, for the queues that still hold it. */
export function reencodeMessage(payload: Buffer, queues: readonly number[]): Buffer[] {
  const id = payload.readUIntBE(1, ID_BYTES);
  const before = payload.readUInt16BE(1 + ID_BYTES);
  return [messageHead(id, queues), payload.subarray(9 + before * 4)];
}

/** Encodes settlements: pairs of message id and queue id. */
export function encodeSettlements(pairs: readonly (readonly [number, number])[]): Buffer {
  const bytes = Buffer.allocUnsafe(1 + pairs.length * SETTLEMENT_BYTES);
  bytes.writeUInt8(SETTLEMENTS, 0);
  for (const [index, [id, queue]] of pairs.entries()) {
    const at = 1 + index * SETTLEMENT_BYTES;
    bytes.writeUIntBE(id, at, ID_BYTES);
    bytes.writeUInt32BE(queue, at + ID_BYTES);
  }
  return bytes;
}

/** Puts the entry header before a payload's pieces. */
export function frameEntry(marker: number, payload: readonly Buffer[]): Buffer[] {
  let length = 0;
  for (const piece of payload) length += piece.length;
  let checksum = seedOf(marker, length);
  for (const piece of payload) checksum = crc32(piece, checksum);
  const header = Buffer.allocUnsafe(ENTRY_HEADER_BYTES);
  header.writeUInt32BE(marker, 0);
  header.writeUInt32BE(length, 4);
  header.writeUInt32BE(checksum, 8);
  return [header, ...payload];
}

function seedOf(marker: number, length: number): number {
  return (marker ^ length) >>> 0;
}

/** The payload of the entry at `offset`, or undefined if there is no intact entry. */
export function readEntry(bytes: Buffer, offset: number, marker: number): Buffer | undefined {
  if (offset + ENTRY_HEADER_BYTES > bytes.length) return undefined;
  if (bytes.readUInt32BE(offset) !== marker) return undefined;
  const length = bytes.readUInt32BE(offset + 4);
  const start = offset + ENTRY_HEADER_BYTES;
  if (length === 0 || start + length > bytes.length) return undefined;
  const payload = bytes.subarray(start, start + length);
  const checksum = bytes.readUInt32BE(offset + 8);
  return crc32(payload, seedOf(marker, length)) === checksum ? payload : undefined;
}

/** Decodes a payload whose checksum was right. @throws if it is none of ours nevertheless. */
export function decodeEntry(payload: Buffer): Entry {
  if (payload.readUInt8(0) === SETTLEMENTS) {
    const settlements: { id: number; queue: number }[] = [];
    for (let at = 1; at + SETTLEMENT_BYTES <= payload.length; at += SETTLEMENT_BYTES) {
      settlements.push({
        id: payload.readUIntBE(at, ID_BYTES),
        queue: payload.readUInt32BE(at + ID_BYTES),
      });
    }
    return { kind: 'settlements', settlements };
  }
  const count = payload.readUInt16BE(1 + ID_BYTES);
  const reader = new ByteReader(payload, 9);
  const queues: number[] = [];
  for (let index = 0; index < count; index++) queues.push(reader.long());
  const publishedAt = reader.longlong();
  const exchange = reader.shortString();
  const routingKey = reader.shortString();
  const properties = reader.longString();
  const body = reader.bytes(reader.remaining);
  const content: Content = { properties, body: body.length > 0 ? [body] : [] };
  const id = payload.readUIntBE(1, ID_BYTES);
  return { kind: 'message', id, queues, message: { exchange, routingKey, publishedAt, content } };
}
