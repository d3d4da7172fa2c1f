import { NO_PROPERTIES } from './codec/properties.ts';
import type { StoredMessage } from './log/stored-message.ts';

/** What a message carries; dropped from memory when the log can give it back. */
export interface Content {
  /** Property flags and list as on the wire. */
  readonly properties: Buffer;
  /** The body in pieces. */
  readonly body: readonly Buffer[];
}

/** How a message was published. */
export interface MessageOptions {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Content | undefined;
  readonly bodyBytes: number;
  readonly persistent: boolean;
  readonly expirationMs: number | undefined;
  readonly publishedAt: number;
}

/** One published message, shared by all queues that hold it. */
export class Message {
  readonly exchange: string;
  readonly routingKey: string;
  readonly bodyBytes: number;
  readonly persistent: boolean;
  /** Its own time to live; undefined = for ever. */
  readonly expirationMs: number | undefined;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  /** Undefined while only the log holds it. */
  content: Content | undefined;
  /** Its place in the log, for a persistent message in a durable queue. */
  stored: StoredMessage | undefined;
  /** True if every queue that holds it finds it in the log, so that its content may leave memory. */
  spillable = false;
  /** Queue entries that refer to it. */
  references = 0;

  constructor(options: MessageOptions) {
    this.exchange = options.exchange;
    this.routingKey = options.routingKey;
    this.content = options.content;
    this.bodyBytes = options.bodyBytes;
    this.persistent = options.persistent;
    this.expirationMs = options.expirationMs;
    this.publishedAt = options.publishedAt;
  }
}

/** Bytes that a content holds in memory. */
export function contentBytes(content: Content): number {
  let bytes = content.properties.length;
  for (const piece of content.body) bytes += piece.length;
  return bytes;
}

/** A content without anything, for messages whose stored bytes are damaged. */
export const EMPTY_CONTENT: Content = { properties: NO_PROPERTIES, body: [] };
