/** Reads MessagePack, as far as Fluentd's Forward protocol uses it. https://github.com/msgpack/msgpack spec. */

const DEPTH_MAX = 32;

/** A value that is not whole yet. */
export class MsgpackIncomplete extends Error {}

/** Seconds and nanoseconds: Fluentd's extension type 0. */
export interface EventTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A value: binary stays a buffer, integers past 2^53 become texts, maps become objects. */
export type MsgpackValue =
  | null
  | boolean
  | number
  | string
  | Buffer
  | EventTime
  | MsgpackValue[]
  | { [key: string]: MsgpackValue };

/** Reads values that lie one after another. */
export class MsgpackReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Place after the last value. */
  get offset(): number {
    return this.#at;
  }

  /** The next value. @throws MsgpackIncomplete when bytes are missing, Error for what is no MessagePack */
  read(depth = 0): MsgpackValue {
    if (depth > DEPTH_MAX) throw new Error('MessagePack nested too deeply');
    const type = this.#take(1).readUInt8();
    if (type < 0x80) return type;
    if (type >= 0xe0) return type - 256;
    if (type < 0x90) return this.#map(type & 15, depth);
    if (type < 0xa0) return this.#array(type & 15, depth);
    if (type < 0xc0) return this.#take(type & 31).toString();
    return this.#sized(type, depth);
  }

  #sized(type: number, depth: number): MsgpackValue {
    if (type === 0xc0) return null;
    if (type === 0xc2 || type === 0xc3) return type === 0xc3;
    if (type >= 0xc4 && type <= 0xc6) return Buffer.from(this.#take(this.#unsigned(type - 0xc4)));
    if (type >= 0xc7 && type <= 0xc9) return this.#extension(this.#unsigned(type - 0xc7));
    if (type === 0xca) return this.#take(4).readFloatBE();
    if (type === 0xcb) return this.#take(8).readDoubleBE();
    if (type >= 0xcc && type <= 0xce) return this.#unsigned(type - 0xcc);
    if (type === 0xcf) return safe(this.#take(8).readBigUInt64BE());
    if (type === 0xd0) return this.#take(1).readInt8();
    if (type === 0xd1) return this.#take(2).readInt16BE();
    if (type === 0xd2) return this.#take(4).readInt32BE();
    if (type === 0xd3) return safe(this.#take(8).readBigInt64BE());
    if (type >= 0xd4 && type <= 0xd8) return this.#extension(1 << (type - 0xd4));
    if (type >= 0xd9 && type <= 0xdb) return this.#take(this.#unsigned(type - 0xd9)).toString();
    if (type === 0xdc || type === 0xdd) return this.#array(this.#unsigned(type - 0xdb), depth);
    if (type === 0xde || type === 0xdf) return this.#map(this.#unsigned(type - 0xdd), depth);
    throw new Error(`no MessagePack: 0x${type.toString(16)}`);
  }

  /** Of 1, 2 or 4 bytes, by 0, 1 or 2. */
  #unsigned(size: number): number {
    if (size === 0) return this.#take(1).readUInt8();
    return size === 1 ? this.#take(2).readUInt16BE() : this.#take(4).readUInt32BE();
  }

  #array(count: number, depth: number): MsgpackValue[] {
    const values: MsgpackValue[] = [];
    for (let index = 0; index < count; index++) values.push(this.read(depth + 1));
    return values;
  }

  #map(count: number, depth: number): { [key: string]: MsgpackValue } {
    const entries: [string, MsgpackValue][] = [];
    for (let index = 0; index < count; index++) {
      const key = this.read(depth + 1);
      entries.push([String(key), this.read(depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #extension(length: number): MsgpackValue {
    const type = this.#take(1).readInt8();
    const data = this.#take(length);
    if (type !== 0 || length !== 8) return Buffer.from(data);
    return { seconds: data.readUInt32BE(0), nanoseconds: data.readUInt32BE(4) };
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new MsgpackIncomplete('more bytes are needed');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}

/** A text as MessagePack. */
export function packText(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 32) return Buffer.concat([Buffer.of(0xa0 | bytes.length), bytes]);
  const head = Buffer.of(0xda, 0, 0);
  head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function safe(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
