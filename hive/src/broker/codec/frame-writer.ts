import type { Content } from '../message.ts';
import { ByteWriter } from './byte-writer.ts';
import { FRAME, FRAME_END, FRAME_HEADER_BYTES, FRAME_OVERHEAD_BYTES } from './frame-reader.ts';
import { type OutgoingFields, writeMethod } from './method-codec.ts';
import type { MethodName } from './method-table.ts';

/** What begins every AMQP 0-9-1 connection, and what a client gets that begins with anything else. */
export const PROTOCOL_HEADER: Buffer = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
/** A whole heartbeat frame. */
export const HEARTBEAT_FRAME: Buffer = Buffer.from([FRAME.heartbeat, 0, 0, 0, 0, 0, 0, FRAME_END]);

const FRAME_END_BYTES = Buffer.from([FRAME_END]);
const BASIC_CLASS = 60;
/** Bodies up to this size are copied next to their headers: cheaper than another part of a write. */
const COPIED_BODY_BYTES = 4 * 1024;

/** A whole method frame. */
export function methodFrame<N extends MethodName>(
  channel: number,
  name: N,
  fields: OutgoingFields<N>,
): Buffer {
  const writer = new ByteWriter();
  appendMethodFrame(writer, channel, name, fields);
  return writer.finish();
}

function appendMethodFrame<N extends MethodName>(
  writer: ByteWriter,
  channel: number,
  name: N,
  fields: OutgoingFields<N>,
): void {
  const at = writer.length;
  appendFrameHeader(writer, FRAME.method, channel, 0);
  writeMethod(writer, name, fields);
  writer.patchLong(at + 3, writer.length - at - FRAME_HEADER_BYTES);
  writer.octet(FRAME_END);
}

function appendFrameHeader(writer: ByteWriter, type: number, channel: number, size: number): void {
  writer.octet(type);
  writer.short(channel);
  writer.long(size);
}

/** A method that carries content. */
export interface ContentMethod<N extends MethodName> {
  readonly channel: number;
  readonly name: N;
  readonly fields: OutgoingFields<N>;
  readonly content: Content;
  readonly bodyBytes: number;
  /** As tuned, overhead included. */
  readonly frameBytesMax: number;
}

/** The frames of a method with content, as buffers in order; large bodies are referred to. */
export function contentFrames<N extends MethodName>(message: ContentMethod<N>): Buffer[] {
  const { channel, content, bodyBytes } = message;
  const small = bodyBytes <= COPIED_BODY_BYTES && bodyBytes + 8 <= message.frameBytesMax;
  const writer = new ByteWriter(192 + content.properties.length + (small ? bodyBytes : 0));
  appendMethodFrame(writer, channel, message.name, message.fields);
  appendFrameHeader(writer, FRAME.header, channel, 12 + content.properties.length);
  writer.short(BASIC_CLASS);
  writer.short(0);
  writer.longlong(bodyBytes);
  writer.bytes(content.properties);
  writer.octet(FRAME_END);
  if (!small) return [writer.finish(), ...bodyFrames(message)];
  if (bodyBytes > 0) {
    appendFrameHeader(writer, FRAME.body, channel, bodyBytes);
    for (const piece of content.body) writer.bytes(piece);
    writer.octet(FRAME_END);
  }
  return [writer.finish()];
}

function bodyFrames(message: {
  readonly channel: number;
  readonly content: Content;
  readonly bodyBytes: number;
  readonly frameBytesMax: number;
}): Buffer[] {
  const parts: Buffer[] = [];
  const payloadBytesMax = message.frameBytesMax - FRAME_OVERHEAD_BYTES;
  let left = message.bodyBytes;
  let frameLeft = 0;
  for (const piece of message.content.body) {
    let at = 0;
    while (at < piece.length) {
      if (frameLeft === 0) {
        frameLeft = Math.min(left, payloadBytesMax);
        const header = new ByteWriter(FRAME_HEADER_BYTES);
        appendFrameHeader(header, FRAME.body, message.channel, frameLeft);
        parts.push(header.finish());
      }
      const take = Math.min(frameLeft, piece.length - at);
      parts.push(piece.subarray(at, at + take));
      at += take;
      left -= take;
      frameLeft -= take;
      if (frameLeft === 0) parts.push(FRAME_END_BYTES);
    }
  }
  return parts;
}
