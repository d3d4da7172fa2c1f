/**
 * Reads OTLP's `ExportLogsServiceRequest` from protobuf into its JSON form. By hand, from the field numbers in
 * opentelemetry-proto's `logs/v1/logs.proto`, `common/v1/common.proto`: unknown fields are skipped.
 */

const DEPTH_MAX = 32;

interface Field {
  readonly number: number;
  /** A varint or a fixed-size number. */
  readonly value: bigint;
  /** Of length-delimited fields and fixed-size numbers. */
  readonly bytes: Buffer;
}

type Message = Record<string, unknown>;

/** The request as an object. @throws Error for what is no protobuf */
export function decodeLogs(bytes: Buffer): Message {
  return { resourceLogs: all(bytes, 1).map(resourceLogs) };
}

function resourceLogs(bytes: Buffer): Message {
  const [resource] = all(bytes, 1);
  return {
    resource: { attributes: resource ? all(resource, 1).map((pair) => keyValue(pair, 0)) : [] },
    scopeLogs: all(bytes, 2).map((scopeLog) => {
      const [scope] = all(scopeLog, 1);
      const [name] = scope ? all(scope, 1) : [];
      return {
        scope: { name: name?.toString() ?? '' },
        logRecords: all(scopeLog, 2).map(logRecord),
      };
    }),
  };
}

function logRecord(bytes: Buffer): Message {
  const record: Message = {};
  const attributes: Message[] = [];
  for (const { number, value, bytes: content } of fields(bytes)) {
    if (number === 1) record.timeUnixNano = String(value);
    else if (number === 11) record.observedTimeUnixNano = String(value);
    else if (number === 2) record.severityNumber = Number(value);
    else if (number === 3) record.severityText = content.toString();
    else if (number === 5) record.body = anyValue(content, 0);
    else if (number === 6) attributes.push(keyValue(content, 0));
    else if (number === 9) record.traceId = content.toString('hex');
    else if (number === 10) record.spanId = content.toString('hex');
  }
  return { ...record, attributes };
}

function keyValue(bytes: Buffer, depth: number): Message {
  const pair: Message = { key: '' };
  for (const { number, bytes: content } of fields(bytes)) {
    if (number === 1) pair.key = content.toString();
    else if (number === 2) pair.value = anyValue(content, depth + 1);
  }
  return pair;
}

function anyValue(bytes: Buffer, depth: number): Message {
  if (depth > DEPTH_MAX) throw new Error('nested too deeply');
  const result: Message = {};
  for (const { number, value, bytes: content } of fields(bytes)) {
    if (number === 1) result.stringValue = content.toString();
    else if (number === 2) result.boolValue = value !== 0n;
    else if (number === 3) result.intValue = String(BigInt.asIntN(64, value));
    else if (number === 4) result.doubleValue = content.readDoubleLE();
    else if (number === 5) {
      result.arrayValue = { values: all(content, 1).map((each) => anyValue(each, depth + 1)) };
    } else if (number === 6) {
      result.kvlistValue = { values: all(content, 1).map((each) => keyValue(each, depth + 1)) };
    } else if (number === 7) result.bytesValue = content.toString('base64');
  }
  return result;
}

/** The contents of all length-delimited fields of one number. */
function all(bytes: Buffer, number: number): Buffer[] {
  return [...fields(bytes)].filter((field) => field.number === number).map((field) => field.bytes);
}

function* fields(bytes: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new Error('a number without end');
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('cut short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Number(key >> 3n);
    const type = Number(key & 7n);
    if (type === 0) yield { number, value: varint(), bytes: Buffer.alloc(0) };
    else if (type === 1) {
      const content = take(8);
      yield { number, value: content.readBigUInt64LE(), bytes: content };
    } else if (type === 2) yield { number, value: 0n, bytes: take(Number(varint())) };
    else if (type === 5) {
      const content = take(4);
      yield { number, value: BigInt(content.readUInt32LE()), bytes: content };
    } else throw new Error(`wire type ${type}`);
  }
}
