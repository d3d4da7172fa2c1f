/** `amqps://` to a real RabbitMQ: by authority, by pin, by name and password of the Hive's and the Bees' accounts. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { BLOCKS_KEY, EXCHANGE, QUEUE } from '@apiary/common/bus/topology.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { keyPin, pinDigits } from '@apiary/common/tls/pin.ts';
import { authorityPaths, certify } from '@apiary/queen/tls/authority.ts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkNode } from '../../scripts/broker-check.ts';
import { freePorts } from '../../scripts/free-ports.ts';
import { ensurePackages, findProgram, PACKAGES } from '../../scripts/packages.ts';
import { RabbitNode } from '../../scripts/rabbit-node.ts';
import { BEE_ACCOUNT, HIVE_ACCOUNT } from '../harness/broker-accounts.ts';

let folder: string;
let node: RabbitNode;
let port: number;
let authority: string;
let pin: string;

beforeAll(async () => {
  const failure = await ensurePackages(process.env, [PACKAGES.rabbit]);
  const program = await findProgram(PACKAGES.rabbit, process.env);
  if (program === undefined) throw new Error(failure);
  folder = mkdtempSync(join(tmpdir(), 'apiary-rabbit-tls-'));
  await certify({ folder, names: ['127.0.0.1'], nowMs: Date.now() });
  const paths = authorityPaths(folder);
  authority = readFileSync(paths.authority, 'utf8');
  pin = pinDigits(keyPin(readFileSync(paths.cert, 'utf8')));
  [port = 0] = await freePorts(1);
  node = await RabbitNode.prepare({
    program,
    environment: process.env,
    users: [BEE_ACCOUNT, HIVE_ACCOUNT],
    settings: [
      `listeners.ssl.1 = 127.0.0.1:${port}`,
      `ssl_options.cacertfile = ${paths.authority}`,
      `ssl_options.certfile = ${paths.cert}`,
      `ssl_options.keyfile = ${paths.key}`,
      'ssl_options.verify = verify_none',
    ],
  });
  await node.start();
}, 120_000);

afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true });
}, 60_000);

function address(
  account: { readonly name: string; readonly password: string },
  query = '',
): string {
  return `amqps://${account.name}:${account.password}@127.0.0.1:${port}${query}`;
}

async function joinBus(url: string, ca?: string) {
  return await connectBus({
    url,
    name: 'test',
    declareTopology: url.includes(`//${HIVE_ACCOUNT.name}:`),
    log: createSilentLogger(),
    connectDeadlineMs: 10_000,
    ...(ca !== undefined && { tls: { ca } }),
  });
}

test('a block goes from a Bee that knows the pin to a Hive that knows the authority', async () => {
  const hive = await joinBus(address(HIVE_ACCOUNT), authority);
  const bee = await joinBus(address(BEE_ACCOUNT, `?pin=${pin}`));
  const taken = Promise.withResolvers<string>();
  await hive.consume(QUEUE.blocks, { prefetch: 10 }, (delivery) => {
    delivery.ack();
    taken.resolve(delivery.body.toString());
  });
  const block = { exchange: EXCHANGE.blocks, routingKey: BLOCKS_KEY, body: Buffer.from('block') };
  await bee.publish(block);
  expect(await taken.promise).toBe('block');
  await bee.close();
  await hive.close();
}, 60_000);

test('who knows neither, or another key, is refused before it has told its password', async () => {
  await expect(joinBus(address(BEE_ACCOUNT))).rejects.toThrow(/self-signed certificate/);
  const other = pin.replace(/^../, (two) => (two === '00' ? '11' : '00'));
  await expect(joinBus(address(BEE_ACCOUNT, `?pin=${other}`))).rejects.toThrow(/is pinned/);
}, 60_000);

test('a Hive comes back after the broker was killed, and gets what was confirmed', async () => {
  const hive = await joinBus(address(HIVE_ACCOUNT, `?pin=${pin}`));
  const publish = async (text: string) => {
    const body = Buffer.from(text);
    await hive.publish({ exchange: EXCHANGE.blocks, routingKey: BLOCKS_KEY, body });
  };
  await publish('before');
  await node.kill();
  const later = publish('after');
  await node.start();
  await later;
  const seen = new Set<string>();
  const both = Promise.withResolvers<void>();
  await hive.consume(QUEUE.blocks, { prefetch: 10 }, (delivery) => {
    delivery.ack();
    seen.add(delivery.body.toString());
    if (seen.size === 2) both.resolve();
  });
  await both.promise;
  expect([...seen].sort()).toEqual(['after', 'before']);
  await hive.close();
}, 120_000);

test('broker check tells how long the certificate lasts, and what keeps a stranger out', async () => {
  const findings = await checkNode(address(HIVE_ACCOUNT), { ca: authority });
  expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(findings.map(({ text }) => text).join('\n')).toMatch(/certificate.*days/);
  const [refused] = await checkNode(address(HIVE_ACCOUNT), {});
  expect(refused).toMatchObject({ state: 'bad', todo: 'give its authority: --broker-ca FILE' });
}, 60_000);
