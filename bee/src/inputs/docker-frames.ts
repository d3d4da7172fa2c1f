/**
 * Lines of a container's log as Docker streams them: frames of 8 bytes head (stream, length) and a piece of
 * text, each piece with its time; a long line comes in several pieces. With a terminal there are no frames.
 */
import { RECEIVED_RECORD_BYTES_MAX } from '@apiary/common/limits.ts';
import { LineSplitter } from './line-splitter.ts';

const HEAD_BYTES = 8;
const NEWLINE = 10;
const SPACE = 32;

/** A line, whole. */
export interface DockerLine {
  readonly stream: 'stdout' | 'stderr';
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly body: Buffer;
}

/** See the file's head. */
export class DockerFrames {
  readonly #lines: LineSplitter | undefined;
  readonly #open = new Map<
    DockerLine['stream'],
    { time: string; pieces: Buffer[]; length: number }
  >();
  #rest: Buffer = Buffer.alloc(0);

  constructor(isTerminal: boolean) {
    this.#lines = isTerminal ? new LineSplitter() : undefined;
  }

  /** The lines that are whole with these bytes. */
  push(chunk: Buffer): DockerLine[] {
    if (this.#lines) {
      return this.#lines.push(chunk).map((line) => {
        const { time, text } = split(line.at(-1) === 13 ? line.subarray(0, -1) : line);
        return { stream: 'stdout', time, body: text };
      });
    }
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: DockerLine[] = [];
    while (this.#rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#rest.readUInt32BE(4);
      if (end > RECEIVED_RECORD_BYTES_MAX) throw new Error('this is no stream of Docker');
      if (this.#rest.length < end) break;
      const stream = this.#rest[0] === 2 ? 'stderr' : 'stdout';
      const line = this.#piece(stream, this.#rest.subarray(HEAD_BYTES, end));
      if (line) lines.push(line);
      this.#rest = this.#rest.subarray(end);
    }
    return lines;
  }

  #piece(stream: DockerLine['stream'], payload: Buffer): DockerLine | undefined {
    const { time, text } = split(payload);
    const line = this.#open.get(stream) ?? { time, pieces: [], length: 0 };
    const isEnd = text.at(-1) === NEWLINE;
    line.pieces.push(isEnd ? text.subarray(0, -1) : text);
    line.length += text.length;
    line.time = time;
    if (!isEnd && line.length < RECEIVED_RECORD_BYTES_MAX) {
      this.#open.set(stream, line);
      return undefined;
    }
    this.#open.delete(stream);
    return { stream, time: line.time, body: Buffer.concat(line.pieces) };
  }
}

function split(payload: Buffer): { time: string; text: Buffer } {
  const space = payload.indexOf(SPACE);
  if (space < 0) return { time: '', text: payload };
  return { time: payload.toString('latin1', 0, space), text: payload.subarray(space + 1) };
}
