/** Inputs that speak other shippers' protocols over sockets: GELF, Forward, OTLP. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Rig } from '../tailing/rig.ts';
import { ackOf, pack, packTime } from './forward-messages.ts';
import { bodiesOf, describeInput } from './input-contract.ts';
import { portOf, sendTcp, sendUdp, unusedPort } from './senders.ts';

const gelf = (text: string) =>
  JSON.stringify({ version: '1.1', host: 'web1', short_message: text, level: 3 });
const shortMessage = (body: string) => JSON.parse(body).short_message;

/** Sends one chunk and resolves with the bytes of its acknowledgement. */
async function forward(url: string, message: Buffer, ack: Buffer): Promise<Buffer> {
  const socket = connect(portOf(url), '127.0.0.1');
  socket.write(message.subarray(0, 3));
  socket.write(message.subarray(3));
  let answer = Buffer.alloc(0);
  while (answer.length < ack.length) {
    const [data] = await once(socket, 'data');
    answer = Buffer.concat([answer, data]);
  }
  socket.destroy();
  return answer;
}

describeInput({
  name: 'GELF over UDP, compressed and in chunks',
  isUnacknowledged: true,
  url: async () => `gelf+udp://127.0.0.1:${await unusedPort()}`,
  async send(url, texts) {
    for (const [index, text] of texts.entries()) {
      const packed = index % 2 === 0 ? gzipSync(gelf(text)) : deflateSync(gelf(text));
      const head = (part: number) => Buffer.from([0x1e, 0x0f, 1, 2, 3, 4, 5, 6, 7, index, part, 2]);
      const half = packed.length >> 1;
      await sendUdp(portOf(url), [
        Buffer.concat([head(1), packed.subarray(half)]),
        Buffer.concat([head(0), packed.subarray(0, half)]),
      ]);
    }
  },
  textOf: shortMessage,
});

describeInput({
  name: 'GELF over TCP',
  isUnacknowledged: true,
  url: async () => `gelf+tcp://127.0.0.1:${await unusedPort()}`,
  send: (url, texts) =>
    sendTcp(
      portOf(url),
      texts.map((text) => `${gelf(text)}\0`),
    ),
  textOf: shortMessage,
});

let chunkNumber = 0;
describeInput({
  name: 'Forward, acknowledged',
  url: async () => `fluent://127.0.0.1:${await unusedPort()}`,
  async send(url, texts) {
    const chunk = `chunk-${++chunkNumber}`;
    const entries = texts.map((log) => [1_700_000_000, { log }]);
    const ack = ackOf(chunk);
    const message = pack(['app.web', entries, { chunk }]);
    expect(await forward(url, message, ack)).toEqual(ack);
  },
  textOf: (body) => JSON.parse(body).log,
});

describeInput({
  name: 'OTLP as JSON',
  url: async () => `otlp://127.0.0.1:${await unusedPort()}`,
  async send(url, texts) {
    const logRecords = texts.map((stringValue) => ({ body: { stringValue } }));
    const answer = await fetch(`http://127.0.0.1:${portOf(url)}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    });
    expect(answer.status).toBe(200);
  },
  textOf: (body) => JSON.parse(body).message,
});

describe('forms of these protocols', () => {
  let rig: Rig;
  let port: number;

  beforeEach(async () => {
    rig = await new Rig().open();
    port = await unusedPort();
    await rig.start();
  });

  afterEach(() => rig.close());

  const hasStored = (count: number) => rig.until(() => bodiesOf(rig).length >= count);
  const parsed = () => bodiesOf(rig).map((body) => JSON.parse(body));

  test('Forward takes single events, packed ones, and packed ones with gzip', async () => {
    const url = `fluent://127.0.0.1:${port}`;
    await rig.watch([url]);
    const time = packTime(1_700_000_000, 123_456_789);
    const entry = Buffer.concat([Buffer.of(0x92), time, pack({ log: 'precise' })]);
    await sendTcp(port, [
      pack(['a', 1_700_000_000, { log: 'single', bytes: Buffer.from('x') }]),
      pack(['b', entry]),
      pack(['c', gzipSync(Buffer.concat([entry, entry])), { compressed: 'gzip' }]),
    ]);
    await hasStored(4);
    expect(parsed()).toEqual([
      { time: '2023-11-14T22:13:20.000Z', tag: 'a', log: 'single', bytes: 'x' },
      { time: '2023-11-14T22:13:20.123456789Z', tag: 'b', log: 'precise' },
      { time: '2023-11-14T22:13:20.123456789Z', tag: 'c', log: 'precise' },
      { time: '2023-11-14T22:13:20.123456789Z', tag: 'c', log: 'precise' },
    ]);
    expect(rig.store.runs[0]?.file).toBe('fluent:a');
  });

  test('a chunk that Forward repeats is acknowledged again and stored once', async () => {
    const url = `fluent://127.0.0.1:${port}`;
    await rig.watch([url]);
    const message = pack(['a', [[1, { log: 'once' }]], { chunk: 'c1' }]);
    await forward(url, message, ackOf('c1'));
    await forward(url, message, ackOf('c1'));
    await hasStored(1);
    await rig.advance(500);
    expect(parsed()).toHaveLength(1);
  });

  test('what is no GELF is counted and told', async () => {
    await rig.watch([`gelf+udp://127.0.0.1:${port}`]);
    await sendUdp(port, ['nonsense', gelf('fine')]);
    await hasStored(1);
    await rig.until(() => rig.report()?.reason?.startsWith('1 records were dropped') ?? false);
  });

  test('OTLP as protobuf gives time, level, trace, attributes and resource', async () => {
    await rig.watch([`otlp://127.0.0.1:${port}`]);
    const field = (number: number, content: Buffer) =>
      Buffer.concat([Buffer.of((number << 3) | 2, content.length), content]);
    const text = (value: string) => field(1, Buffer.from(value));
    const pair = (key: string, value: Buffer) => Buffer.concat([text(key), field(2, value)]);
    const time = Buffer.alloc(9, 0);
    time.writeUInt8((1 << 3) | 1);
    time.writeBigUInt64LE(1_750_000_000_123_456_789n, 1);
    const record = Buffer.concat([
      time,
      Buffer.of(2 << 3, 17),
      field(5, text('it broke')),
      field(6, pair('code', Buffer.of(3 << 3, 42))),
      field(9, Buffer.alloc(16, 0xab)),
      field(99, Buffer.from('unknown')),
    ]);
    const resource = field(1, pair('service.name', text('shop')));
    const logs = field(1, Buffer.concat([field(1, resource), field(2, field(2, record))]));
    const answer = await fetch(`http://127.0.0.1:${port}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(logs),
    });
    expect(answer.status).toBe(200);
    await hasStored(1);
    expect(parsed()).toEqual([
      {
        time: '2025-06-15T15:06:40.123456789Z',
        level: 'error',
        message: 'it broke',
        trace_id: 'ab'.repeat(16),
        code: 42,
        'service.name': 'shop',
      },
    ]);
    const broken = await fetch(`http://127.0.0.1:${port}/v1/logs`, { method: 'POST', body: 'zz' });
    expect(broken.status).toBe(400);
  });
});
