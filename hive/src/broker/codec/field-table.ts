import { BROKER_TABLE_DEPTH_MAX } from '@apiary/common/limits/broker.ts';
import { AmqpError } from '../amqp-error.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Numbers of up to 32 bits, and floating point. */
type NumberType = 'b' | 'B' | 's' | 'u' | 'I' | 'i' | 'f' | 'd';
/** Types whose length is not their own. */
type Long = 'A' | 'F' | 'S' | 'x' | 'V';
type ScalarField = Exclude<Field, { readonly type: Long }>;

/**
 * Field tables keep each value's wire type, so that a table that passes through the broker leaves as
 * it came. Type letters are RabbitMQ's (which differ from the specification's in places).
 */
export type Field =
  | { readonly type: 't'; readonly value: boolean }
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: 'l' | 'T'; readonly value: bigint }
  | { readonly type: 'D'; readonly scale: number; readonly value: number }
  | { readonly type: 'S'; readonly value: Buffer }
  | { readonly type: 'x'; readonly value: Buffer }
  | { readonly type: 'A'; readonly value: readonly Field[] }
  | { readonly type: 'F'; readonly value: FieldTable }
  | { readonly type: 'V' };

/** Names to values, in the order of the wire. */
export type FieldTable = ReadonlyMap<string, Field>;

/** A table without entries. */
export const EMPTY_TABLE: FieldTable = new Map();

/** A string field. */
export function stringField(text: string): Field {
  return { type: 'S', value: Buffer.from(text, 'utf8') };
}

/** A 64-bit integer field. */
export function integerField(value: number): Field {
  return { type: 'l', value: BigInt(value) };
}

/** The integer in a field of any integer type, or undefined. */
export function integerOf(field: Field | undefined): number | undefined {
  switch (field?.type) {
    case 'b':
    case 'B':
    case 's':
    case 'u':
    case 'I':
    case 'i':
      return field.value;
    case 'l':
    case 'T':
      return Number(field.value);
    default:
      return undefined;
  }
}

/** The text in a string field, or undefined. */
export function textOf(field: Field | undefined): string | undefined {
  return field?.type === 'S' ? field.value.toString('utf8') : undefined;
}

/** Reads a table with its length. @throws AmqpError 502 for what is no table. */
export function readTable(reader: ByteReader, depth = 0): FieldTable {
  if (depth > BROKER_TABLE_DEPTH_MAX) throw new AmqpError(502, 'field table nested too deeply');
  const end = tableEnd(reader);
  const table = new Map<string, Field>();
  while (reader.offset < end) table.set(reader.shortString(), readField(reader, depth));
  if (reader.offset !== end) throw new AmqpError(502, 'field table overruns its length');
  return table;
}

function tableEnd(reader: ByteReader): number {
  const length = reader.long();
  if (length > reader.remaining) throw new AmqpError(502, 'field table overruns its frame');
  return reader.offset + length;
}

function readArray(reader: ByteReader, depth: number): readonly Field[] {
  if (depth > BROKER_TABLE_DEPTH_MAX) throw new AmqpError(502, 'field array nested too deeply');
  const end = tableEnd(reader);
  const values: Field[] = [];
  while (reader.offset < end) values.push(readField(reader, depth));
  if (reader.offset !== end) throw new AmqpError(502, 'field array overruns its length');
  return values;
}

function readField(reader: ByteReader, depth: number): Field {
  const type = String.fromCharCode(reader.octet());
  switch (type) {
    case 't':
      return { type, value: reader.octet() !== 0 };
    case 'b':
      return { type, value: reader.bytes(1).readInt8() };
    case 'B':
      return { type, value: reader.octet() };
    case 's':
      return { type, value: reader.bytes(2).readInt16BE() };
    case 'u':
      return { type, value: reader.short() };
    case 'I':
      return { type, value: reader.bytes(4).readInt32BE() };
    case 'i':
      return { type, value: reader.long() };
    case 'l':
      return { type, value: reader.bytes(8).readBigInt64BE() };
    case 'T':
      return { type, value: reader.bytes(8).readBigUInt64BE() };
    case 'f':
      return { type, value: reader.bytes(4).readFloatBE() };
    case 'd':
      return { type, value: reader.bytes(8).readDoubleBE() };
    case 'D':
      return { type, scale: reader.octet(), value: reader.bytes(4).readInt32BE() };
    case 'S':
    case 'x':
      return { type, value: Buffer.from(reader.longString()) };
    case 'A':
      return { type, value: readArray(reader, depth + 1) };
    case 'F':
      return { type, value: readTable(reader, depth + 1) };
    case 'V':
      return { type };
    default:
      throw new AmqpError(502, `unknown field type ${JSON.stringify(type)}`);
  }
}

/** Writes a table with its length. */
export function writeTable(writer: ByteWriter, table: FieldTable): void {
  const at = writer.length;
  writer.long(0);
  for (const [name, field] of table) {
    writer.shortString(name);
    writeField(writer, field);
  }
  writer.patchLong(at, writer.length - at - 4);
}

function writeField(writer: ByteWriter, field: Field): void {
  writer.octet(field.type.charCodeAt(0));
  if (field.type === 'A') writeArray(writer, field.value);
  else if (field.type === 'F') writeTable(writer, field.value);
  else if (field.type === 'S' || field.type === 'x') writer.longString(field.value);
  else if (field.type !== 'V') writer.bytes(scalarBytes(field));
}

function scalarBytes(field: ScalarField): Buffer {
  const bytes = Buffer.alloc(8);
  return bytes.subarray(0, writeScalar(bytes, field));
}

/** Returns the number of bytes written. */
function writeScalar(bytes: Buffer, field: ScalarField): number {
  switch (field.type) {
    case 't':
      return bytes.writeUInt8(field.value ? 1 : 0);
    case 'b':
      return bytes.writeInt8(field.value);
    case 'B':
      return bytes.writeUInt8(field.value);
    case 's':
      return bytes.writeInt16BE(field.value);
    case 'u':
      return bytes.writeUInt16BE(field.value);
    case 'I':
      return bytes.writeInt32BE(field.value);
    case 'i':
      return bytes.writeUInt32BE(field.value);
    case 'f':
      return bytes.writeFloatBE(field.value);
    case 'd':
      return bytes.writeDoubleBE(field.value);
    case 'D':
      bytes.writeUInt8(field.scale);
      return bytes.writeInt32BE(field.value, 1);
    case 'T':
      return bytes.writeBigUInt64BE(field.value);
    default:
      return bytes.writeBigInt64BE(field.value);
  }
}

function writeArray(writer: ByteWriter, values: readonly Field[]): void {
  const at = writer.length;
  writer.long(0);
  for (const value of values) writeField(writer, value);
  writer.patchLong(at, writer.length - at - 4);
}
