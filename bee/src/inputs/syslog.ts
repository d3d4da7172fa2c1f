/**
 * Syslog over UDP, TCP and TLS (RFC 5425): RFC 3164 and RFC 5424, on TCP with octet counting or a line feed (or NUL) at
 * the end (RFC 6587). A message is stored as it was sent, with its priority: time, level and fields are read from it
 * when asked for. The record's `file` is the target's URL and the sender's address. None of them
 * acknowledges anything, so what was under way when a Bee is killed is the sender's to repeat.
 */
import type { Socket } from 'node:net';
import { RECEIVED_RECORD_BYTES_MAX } from '@apiary/common/limits.ts';
import type { SpoolRecord } from '../spool/frame.ts';
import { listenStream } from './listen-stream.ts';
import { listenUdp } from './listen-udp.ts';
import type { ProducerContext, StartProducer } from './spooled-input.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const COUNT_DIGITS_MAX = 8;

/** Producer of `syslog+udp:` targets. */
export const startSyslogUdp: StartProducer = (context) =>
  listenUdp(context, (datagram, peer) => [
    { body: trimEnd(datagram), name: `${context.spec.url}#${peer}` },
  ]);

/** Producer of `syslog+tcp:` and `syslog+tls:` targets. */
export const startSyslogStream: StartProducer = (context) =>
  listenStream(context, (socket, peer) => takeFrames(context, socket, peer));

async function takeFrames(context: ProducerContext, socket: Socket, peer: string): Promise<void> {
  const frames = new SyslogFrames();
  const name = `${context.spec.url}#${peer}`;
  const append = (bodies: readonly Buffer[]) => {
    const records: SpoolRecord[] = bodies.map((body) => ({ body, name }));
    return context.spool.appendWhenRoom(records, context.signal);
  };
  for await (const chunk of socket) await append(frames.push(chunk));
  await append(frames.end());
}

/** Cuts a TCP stream into messages; each message tells by its first byte how it is framed. */
export class SyslogFrames {
  #rest: Buffer = Buffer.alloc(0);
  /** Place in the rest before which no line end is. */
  #searched = 0;

  /** The messages that are whole with these bytes. */
  push(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    for (;;) {
      const message = this.#next();
      if (!message) return messages;
      messages.push(trimEnd(message));
    }
  }

  /** What the sender left unfinished. */
  end(): Buffer[] {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 ? [] : [trimEnd(rest)];
  }

  #next(): Buffer | undefined {
    const count = /^([1-9]\d*) </.exec(this.#rest.toString('latin1', 0, COUNT_DIGITS_MAX + 3));
    const digits = count?.[1];
    if (digits === undefined || digits.length > COUNT_DIGITS_MAX) return this.#nextLine();
    const start = digits.length + 1;
    const length = Number(digits);
    if (length > RECEIVED_RECORD_BYTES_MAX) return this.#nextLine();
    if (this.#rest.length < start + length) return undefined;
    return this.#take(start, start + length, start + length);
  }

  #nextLine(): Buffer | undefined {
    const rest = this.#rest;
    const feed = rest.indexOf(LINE_FEED, this.#searched);
    const nul = rest.subarray(0, feed < 0 ? rest.length : feed).indexOf(0, this.#searched);
    const end = nul >= 0 ? nul : feed;
    if (end >= 0) return this.#take(0, end, end + 1);
    if (rest.length >= RECEIVED_RECORD_BYTES_MAX) {
      return this.#take(0, RECEIVED_RECORD_BYTES_MAX, RECEIVED_RECORD_BYTES_MAX);
    }
    this.#searched = rest.length;
    return undefined;
  }

  #take(from: number, to: number, next: number): Buffer {
    const message = this.#rest.subarray(from, to);
    this.#rest = this.#rest.subarray(next);
    this.#searched = 0;
    return message;
  }
}

function trimEnd(message: Buffer): Buffer {
  let end = message.length;
  while (end > 0 && isEnd(message[end - 1])) end--;
  return message.subarray(0, end);
}

function isEnd(byte: number | undefined): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === 0;
}
