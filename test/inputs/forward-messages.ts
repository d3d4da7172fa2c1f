/** Messages of Fluentd's Forward protocol, as its senders write them. */

/** A little of MessagePack's writing side. */
export function pack(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) {
    const head = Buffer.of(0xc6, 0, 0, 0, 0);
    head.writeUInt32BE(value.length, 1);
    return Buffer.concat([head, value]);
  }
  if (typeof value === 'number') {
    const number = Buffer.of(0xce, 0, 0, 0, 0);
    number.writeUInt32BE(value, 1);
    return number;
  }
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.of(0xd9, bytes.length), bytes]);
  }
  if (Array.isArray(value))
    return Buffer.concat([Buffer.of(0x90 | value.length), ...value.map(pack)]);
  const entries = Object.entries(value ?? {});
  const packed = entries.flatMap(([key, each]) => [pack(key), pack(each)]);
  return Buffer.concat([Buffer.of(0x80 | entries.length), ...packed]);
}

/** Fluentd's event time. */
export function packTime(seconds: number, nanoseconds: number): Buffer {
  const time = Buffer.alloc(10, 0);
  time.set([0xd7, 0]);
  time.writeUInt32BE(seconds, 2);
  time.writeUInt32BE(nanoseconds, 6);
  return time;
}

/** The acknowledgement of a chunk. */
export const ackOf = (chunk: string) =>
  Buffer.concat([
    Buffer.from([0x81, 0xa3]),
    Buffer.from('ack'),
    Buffer.from([0xa0 | chunk.length]),
    Buffer.from(chunk),
  ]);
