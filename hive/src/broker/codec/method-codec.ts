import { AmqpError } from '../amqp-error.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type FieldTable, readTable, writeTable } from './field-table.ts';
import { type FieldType, METHODS, type MethodName } from './method-table.ts';

interface FieldValues {
  bit: boolean;
  octet: number;
  short: number;
  long: number;
  longlong: number;
  shortstr: string;
  longstr: Buffer;
  table: FieldTable;
}

type FieldsOf<N extends MethodName> = (typeof METHODS)[N]['fields'];

/** The fields of one method by name. */
export type MethodFields<N extends MethodName> = {
  readonly [F in keyof FieldsOf<N>]: FieldsOf<N>[F] extends FieldType
    ? FieldValues[FieldsOf<N>[F]]
    : never;
};

/** The same without the reserved fields, which are written as zero. */
export type OutgoingFields<N extends MethodName> = {
  readonly [F in keyof MethodFields<N> as F extends `reserved${number}`
    ? never
    : F]: MethodFields<N>[F];
};

/** A method as it came from the wire. */
export type Method = { [N in MethodName]: { name: N; fields: MethodFields<N> } }[MethodName];

interface CompiledMethod {
  readonly name: MethodName;
  readonly key: number;
  readonly fields: readonly (readonly [name: string, type: FieldType])[];
}

const compiled = new Map<MethodName, CompiledMethod>();
const byKey = new Map<number, CompiledMethod>();
for (const [name, shape] of Object.entries(METHODS)) {
  const method: CompiledMethod = {
    // Object.entries widens keys to string; these are the table's own.
    name: name as MethodName,
    key: methodKey(shape.id[0], shape.id[1]),
    fields: Object.entries(shape.fields),
  };
  compiled.set(method.name, method);
  byKey.set(method.key, method);
}

function methodKey(classId: number, methodId: number): number {
  return classId * 0x1_0000 + methodId;
}

/** Class and method id of a method. */
export function methodId(name: MethodName): readonly [classId: number, methodId: number] {
  return METHODS[name].id;
}

/**
 * Decodes the payload of a method frame.
 *
 * @throws AmqpError 503 for a method that does not exist, 502 for malformed fields.
 */
export function decodeMethod(payload: Buffer): Method {
  const reader = new ByteReader(payload);
  const method = byKey.get(reader.long());
  if (!method) throw new AmqpError(503, 'unknown method');
  const fields: Record<string, unknown> = {};
  let bits = 0;
  let bitIndex = 8;
  for (const [name, type] of method.fields) {
    if (type === 'bit') {
      if (bitIndex === 8) {
        bits = reader.octet();
        bitIndex = 0;
      }
      fields[name] = (bits & (1 << bitIndex++)) !== 0;
    } else {
      bitIndex = 8;
      fields[name] = readValue(reader, type);
    }
  }
  // The loop above filled in exactly the fields that the table lists for this name.
  return { name: method.name, fields } as unknown as Method;
}

function readValue(reader: ByteReader, type: Exclude<FieldType, 'bit'>): unknown {
  switch (type) {
    case 'octet':
      return reader.octet();
    case 'short':
      return reader.short();
    case 'long':
      return reader.long();
    case 'longlong':
      return reader.longlong();
    case 'shortstr':
      return reader.shortString();
    case 'longstr':
      return reader.longString();
    case 'table':
      return readTable(reader);
  }
}

/** Encodes the payload of a method frame. */
export function encodeMethod<N extends MethodName>(name: N, fields: OutgoingFields<N>): Buffer {
  const writer = new ByteWriter();
  writeMethod(writer, name, fields);
  return writer.finish();
}

/** Encodes the payload of a method frame into a writer. */
export function writeMethod<N extends MethodName>(
  writer: ByteWriter,
  name: N,
  fields: OutgoingFields<N>,
): void {
  const method = compiled.get(name);
  if (!method) throw new TypeError(`no method ${name}`);
  writer.long(method.key);
  const values: Readonly<Record<string, unknown>> = fields;
  let bits = 0;
  let bitIndex = 0;
  for (const [field, type] of method.fields) {
    if (type === 'bit') {
      if (bitIndex === 8) {
        writer.octet(bits);
        bits = 0;
        bitIndex = 0;
      }
      if (values[field] === true) bits |= 1 << bitIndex;
      bitIndex++;
    } else {
      if (bitIndex > 0) writer.octet(bits);
      bits = 0;
      bitIndex = 0;
      writeValue(writer, type, values[field]);
    }
  }
  if (bitIndex > 0) writer.octet(bits);
}

/** `value` has the type that the method table gives to its field; OutgoingFields saw to that. */
function writeValue(writer: ByteWriter, type: Exclude<FieldType, 'bit'>, value: unknown): void {
  const number = typeof value === 'number' ? value : 0;
  if (type === 'octet') writer.octet(number);
  else if (type === 'short') writer.short(number);
  else if (type === 'long') writer.long(number);
  else if (type === 'longlong') writer.longlong(number);
  else if (type === 'shortstr') writer.shortString(typeof value === 'string' ? value : '');
  else if (type === 'longstr') writer.longString(Buffer.isBuffer(value) ? value : Buffer.alloc(0));
  else writeTable(writer, value instanceof Map ? value : new Map());
}
