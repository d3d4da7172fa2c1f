import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type Field, type FieldTable, readTable, writeTable } from './field-table.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import { contentFrames, methodFrame } from './frame-writer.ts';
import { decodeMethod, encodeMethod } from './method-codec.ts';
import { METHODS } from './method-table.ts';
import { decodeProperties, encodeProperties, type Properties } from './properties.ts';

const name = fc.string({ unit: 'grapheme', maxLength: 20 });
const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((raw) => Buffer.from(raw));
const int = (min: number, max: number) => fc.integer({ min, max });

const { field } = fc.letrec<{ field: Field; table: FieldTable }>((tie) => ({
  table: fc
    .array(fc.tuple(name, tie('field')), { maxLength: 5 })
    .map((entries) => new Map(entries)),
  field: fc.oneof(
    { maxDepth: 4 },
    fc.record({ type: fc.constant('t' as const), value: fc.boolean() }),
    fc.record({ type: fc.constant('b' as const), value: int(-128, 127) }),
    fc.record({ type: fc.constant('B' as const), value: int(0, 255) }),
    fc.record({ type: fc.constant('s' as const), value: int(-32_768, 32_767) }),
    fc.record({ type: fc.constant('u' as const), value: int(0, 65_535) }),
    fc.record({ type: fc.constant('I' as const), value: int(-(2 ** 31), 2 ** 31 - 1) }),
    fc.record({ type: fc.constant('i' as const), value: int(0, 2 ** 32 - 1) }),
    fc.record({ type: fc.constant('l' as const), value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
    fc.record({ type: fc.constant('T' as const), value: fc.bigInt(0n, 2n ** 64n - 1n) }),
    fc.record({ type: fc.constant('f' as const), value: fc.float({ noNaN: true }) }),
    fc.record({ type: fc.constant('d' as const), value: fc.double({ noNaN: true }) }),
    fc.record({ type: fc.constant('D' as const), scale: int(0, 255), value: int(-9, 9) }),
    fc.record({ type: fc.constant('S' as const), value: bytes(300) }),
    fc.record({ type: fc.constant('x' as const), value: bytes(40) }),
    fc.record({ type: fc.constant('V' as const) }),
    fc.record({ type: fc.constant('A' as const), value: fc.array(tie('field'), { maxLength: 4 }) }),
    fc.record({ type: fc.constant('F' as const), value: tie('table') }),
  ),
}));
const table = fc.array(fc.tuple(name, field), { maxLength: 8 }).map((all) => new Map(all));

class Recorder implements FrameSink {
  readonly frames: string[] = [];
  onMethod(channel: number, payload: Buffer): void {
    this.frames.push(`method ${channel} ${payload.toString('hex')}`);
  }
  onHeader(channel: number, payload: Buffer): void {
    this.frames.push(`header ${channel} ${payload.toString('hex')}`);
  }
  onBody(channel: number, piece: Buffer): void {
    const last = this.frames.at(-1);
    if (last?.startsWith(`body ${channel} `)) this.frames[this.frames.length - 1] += hex(piece);
    else this.frames.push(`body ${channel} ${hex(piece)}`);
  }
  onHeartbeat(): void {
    this.frames.push('heartbeat');
  }
}

function hex(piece: Buffer): string {
  return piece.toString('hex');
}

describe('field tables', () => {
  test('come back as they were written', () => {
    fc.assert(
      fc.property(table, (original) => {
        const writer = new ByteWriter(1);
        writeTable(writer, original);
        expect(readTable(new ByteReader(writer.finish()))).toEqual(original);
      }),
    );
  });

  test('nested too deeply are refused', () => {
    let nested: FieldTable = new Map();
    for (let depth = 0; depth < 100; depth++)
      nested = new Map([['x', { type: 'F', value: nested }]]);
    const writer = new ByteWriter();
    writeTable(writer, nested);
    expect(() => readTable(new ByteReader(writer.finish()))).toThrow(/SYNTAX_ERROR/);
  });

  test('of random bytes are read or refused, never anything else', () => {
    fc.assert(
      fc.property(bytes(200), (raw) => {
        try {
          readTable(new ByteReader(raw));
        } catch (error) {
          expect(String(error)).toMatch(/SYNTAX_ERROR/);
        }
      }),
    );
  });
});

describe('properties', () => {
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const properties: fc.Arbitrary<Record<string, unknown>> = fc.record({
    contentType: optional(name),
    headers: optional(table),
    deliveryMode: optional(int(0, 255)),
    priority: optional(int(0, 255)),
    correlationId: optional(name),
    replyTo: optional(name),
    expiration: optional(name),
    messageId: optional(name),
    timestamp: optional(fc.maxSafeNat()),
    type: optional(name),
    userId: optional(name),
    appId: optional(name),
  });

  test('come back as they were written', () => {
    fc.assert(
      fc.property(properties, (all) => {
        const given = Object.entries(all).filter(([, value]) => value !== undefined);
        // The arbitrary has exactly the types of Properties.
        const original = Object.fromEntries(given) as Properties;
        expect(decodeProperties(encodeProperties(original))).toEqual(original);
      }),
    );
  });
});

describe('methods', () => {
  const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    bit: fc.boolean(),
    octet: int(0, 255),
    short: int(0, 65_535),
    long: int(0, 2 ** 32 - 1),
    longlong: fc.maxSafeNat(),
    shortstr: name,
    longstr: bytes(100),
    table,
  };

  test('of every kind come back as they were written', () => {
    for (const [method, shape] of Object.entries(METHODS)) {
      const fields = Object.fromEntries(
        Object.entries(shape.fields).map(([field, type]) => [field, values[type] ?? fc.nat()]),
      );
      fc.assert(
        fc.property(fc.record(fields), (original) => {
          // Name and fields come from the same row of the table.
          const encoded = encodeMethod(method as 'tx.select', original as Record<string, never>);
          const decoded = decodeMethod(encoded);
          expect(decoded.name).toBe(method);
          expect(decoded.fields).toEqual(original);
        }),
        { numRuns: 20 },
      );
    }
  });

  test('that do not exist are refused', () => {
    expect(() => decodeMethod(Buffer.from([0, 99, 0, 1]))).toThrow(/COMMAND_INVALID/);
  });
});

describe('frames', () => {
  test('are the same however the stream is cut', () => {
    const body = Buffer.from(Array.from({ length: 9_000 }, (_, index) => index & 0xff));
    const pieces = [body.subarray(0, 5_000), body.subarray(5_000)];
    const deliver = { consumerTag: 't', deliveryTag: 1, redelivered: false, exchange: 'x' };
    const stream = Buffer.concat([
      methodFrame(1, 'channel.open', {}),
      ...contentFrames({
        channel: 1,
        name: 'basic.deliver',
        fields: { ...deliver, routingKey: 'k' },
        content: { properties: encodeProperties({ type: 'data' }), body: pieces },
        bodyBytes: body.length,
        frameBytesMax: 4_096,
      }),
      Buffer.from([8, 0, 0, 0, 0, 0, 0, 0xce]),
    ]);
    const whole = new Recorder();
    new FrameReader(whole, 4_096).push(stream);
    expect(whole.frames).toHaveLength(5);
    expect(whole.frames[3]).toBe(`body 1 ${body.toString('hex')}`);
    fc.assert(
      fc.property(fc.array(int(0, stream.length), { maxLength: 20 }), (cuts) => {
        const recorder = new Recorder();
        const reader = new FrameReader(recorder, 4_096);
        const sorted = [0, ...cuts.sort((a, b) => a - b), stream.length];
        for (const [index, from] of sorted.slice(0, -1).entries()) {
          reader.push(stream.subarray(from, sorted[index + 1]));
        }
        expect(recorder.frames).toEqual(whole.frames);
      }),
    );
  });

  test('larger than tuned, or without their end, are refused', () => {
    const reader = () => new FrameReader(new Recorder(), 4_096);
    expect(() => reader().push(Buffer.from([1, 0, 0, 0, 1, 0, 0]))).toThrow(/FRAME_ERROR/);
    expect(() => reader().push(Buffer.from([8, 0, 0, 0, 0, 0, 0, 1]))).toThrow(/FRAME_ERROR/);
    expect(() => reader().push(Buffer.from([7, 0, 0, 0, 0, 0, 0, 0xce]))).toThrow(/FRAME_ERROR/);
  });
});
