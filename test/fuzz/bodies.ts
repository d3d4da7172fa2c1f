/** Spoilt data and control messages, published with a Bee's broker account by agents that nobody approved. */
import { encodeRuns } from '@apiary/common/messages/data/codec.ts';
import { signData } from '@apiary/common/messages/data/message.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';
import { generateSigningKeys, type SigningKeys } from '@apiary/common/messages/signature.ts';
import { type ConfirmChannel, connect } from 'amqplib';
import type { AttackKind } from './attack.ts';
import type { Random } from './random.ts';

/** Stands in every line that is sent; no search may ever find it. */
export const FUZZ_WORD = 'fuzzwordthatnobodymaystore';

const KEYS_MAX = 8;

function runs(random: Random): Run[] {
  const lines = Array.from({ length: 1 + random.below(20) }, (_, index) =>
    Buffer.from(`${FUZZ_WORD} ${index} ${'x'.repeat(random.below(200))}\n`),
  );
  const data = Buffer.concat(lines);
  const run: Run = {
    target: 'file:///var/log/fuzz.log',
    file: '/var/log/fuzz.log',
    tags: ['fuzz'],
    generation: random.bytes(8).toString('hex'),
    from: 0,
    to: data.length,
    startsMidRecord: false,
    endsMidRecord: false,
    history: false,
    observed: Date.now(),
    sourceLengths: Uint32Array.from(lines, (line) => line.length),
    bodyLengths: undefined,
    data,
  };
  return [run];
}

function publish(
  channel: ConfirmChannel,
  exchange: string,
  key: string,
  body: Buffer,
  properties: object,
): Promise<void> {
  return new Promise((resolve) => {
    channel.publish(exchange, key, body, { persistent: true, ...properties }, () => resolve());
  });
}

async function sendData(channel: ConfirmChannel, random: Random, keys: SigningKeys) {
  const body = encodeRuns(runs(random));
  const sent = random.below(2) === 0 ? body : random.spoil(body);
  const headers = signData(
    { version: 1, agent: keys.agent, host: 'fuzz', zone: 0, sequence: random.below(1000) },
    random.below(2) === 0 ? sent : body,
    keys.privateKey,
  );
  const spoilt = random.below(3) === 0 ? tableOf(random.spoilJson(headers)) : headers;
  const properties = { headers: spoilt, type: random.one(['data', 'data', 'data', 'x', '']) };
  await publish(channel, 'apiary.blocks', 'data', sent, properties);
}

/** All headers together; amqplib's own encoder ends at 64 KiB. */
const HEADER_CHARS_MAX = 8_000;

/** AMQP's tables take no null and no nested nonsense in amqplib: text stands for it. */
function tableOf(value: unknown): Record<string, unknown> {
  if (value === null || typeof value !== 'object') return {};
  const entries = Object.entries(value)
    .filter(([key]) => key !== '' && key.length < 200)
    .map(([key, each]) => [key, typeof each === 'number' ? each : textOf(each)]);
  return Object.fromEntries(entries);
}

function textOf(value: unknown): string {
  return (JSON.stringify(value) ?? '').slice(0, HEADER_CHARS_MAX);
}

async function sendControl(channel: ConfirmChannel, random: Random, keys: SigningKeys) {
  const message = {
    type: random.one(['handshake', 'heartbeat', 'target-reports', 'ledger', 'x']),
    version: 1,
    agent: keys.agent,
    publicKey: keys.publicKey.toString('base64'),
    commandQueue: random.one(['amq.gen-x', 'honeycomb.blocks', '']),
    sentMs: Date.now(),
    sequence: random.below(100),
    linesRead: 1,
    bytesConfirmed: 1,
    reports: [{ target: 'x', state: 'active' }],
    facts: { host: 'fuzz', machineId: 'x', os: 'x', addresses: ['192.0.2.1'], version: '0' },
  };
  const text = JSON.stringify(random.spoilJson(message));
  const body = random.below(2) === 0 ? Buffer.from(text) : random.spoil(Buffer.from(text));
  const headers = { agent: keys.agent, signature: random.bytes(64).toString('base64') };
  const key = random.one(['handshake', 'heartbeat', 'reply']);
  await publish(channel, 'apiary.from-agents', key, body, { headers });
}

/** See the file's head. */
export const bodiesAttack: AttackKind = {
  name: 'bodies',
  summary: 'spoilt data and control messages by agents that nobody approved',
  async open({ apiary, random }) {
    const keys = Array.from({ length: KEYS_MAX }, generateSigningKeys);
    const model = await connect(`amqp://bee:bee@127.0.0.1:${apiary.amqpPort}`);
    const channel = await model.createConfirmChannel();
    return {
      async once() {
        const send = random.below(2) === 0 ? sendData : sendControl;
        await send(channel, random, random.one(keys));
        return undefined;
      },
      close: async () => await model.close(),
    };
  },
};
