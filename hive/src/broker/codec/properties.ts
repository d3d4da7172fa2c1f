import { AmqpError } from '../amqp-error.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type FieldTable, readTable, writeTable } from './field-table.ts';

/** The properties of the basic class. Absent ones are undefined. */
export interface Properties {
  contentType?: string;
  contentEncoding?: string;
  headers?: FieldTable;
  /** 2 = persistent. */
  deliveryMode?: number;
  priority?: number;
  correlationId?: string;
  replyTo?: string;
  /** Milliseconds as decimal text. */
  expiration?: string;
  messageId?: string;
  /** Seconds since 1970. */
  timestamp?: number;
  type?: string;
  userId?: string;
  appId?: string;
  clusterId?: string;
}

/** In the order of the wire; the first has flag bit 15. */
const PROPERTIES = [
  ['contentType', 'shortstr'],
  ['contentEncoding', 'shortstr'],
  ['headers', 'table'],
  ['deliveryMode', 'octet'],
  ['priority', 'octet'],
  ['correlationId', 'shortstr'],
  ['replyTo', 'shortstr'],
  ['expiration', 'shortstr'],
  ['messageId', 'shortstr'],
  ['timestamp', 'longlong'],
  ['type', 'shortstr'],
  ['userId', 'shortstr'],
  ['appId', 'shortstr'],
  ['clusterId', 'shortstr'],
] as const satisfies readonly (readonly [keyof Properties, string])[];

/** Message properties without any. */
export const NO_PROPERTIES: Buffer = Buffer.from([0, 0]);

/**
 * Decodes property flags and list (a content header's payload from octet 12 on).
 *
 * @throws AmqpError 502 for malformed ones.
 */
export function decodeProperties(bytes: Buffer): Properties {
  const reader = new ByteReader(bytes);
  const flags = reader.short();
  if ((flags & 3) !== 0) throw new AmqpError(502, 'unknown property flags');
  const properties: Record<string, unknown> = {};
  for (const [index, [name, type]] of PROPERTIES.entries()) {
    if ((flags & (0x8000 >> index)) === 0) continue;
    if (type === 'shortstr') properties[name] = reader.shortString();
    else if (type === 'octet') properties[name] = reader.octet();
    else if (type === 'longlong') properties[name] = reader.longlong();
    else properties[name] = readTable(reader);
  }
  return properties;
}

/** The inverse of {@link decodeProperties}. */
export function encodeProperties(properties: Properties): Buffer {
  const writer = new ByteWriter();
  let flags = 0;
  for (const [index, [name]] of PROPERTIES.entries()) {
    if (properties[name] !== undefined) flags |= 0x8000 >> index;
  }
  writer.short(flags);
  for (const [name, type] of PROPERTIES) {
    const value = properties[name];
    if (value === undefined) continue;
    if (typeof value === 'string') writer.shortString(value);
    else if (typeof value !== 'number') writeTable(writer, value);
    else if (type === 'octet') writer.octet(value);
    else writer.longlong(value);
  }
  return writer.finish();
}
