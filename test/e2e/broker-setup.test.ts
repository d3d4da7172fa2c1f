/** What `./apiary broker setup` makes on a real RabbitMQ, and what its accounts can and cannot do. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { BLOCKS_KEY, EXCHANGE, FROM_AGENT_KEY, QUEUE } from '@apiary/common/bus/topology.ts';
import { BEE_CHANNELS_MAX, BEE_CONNECTIONS_MAX } from '@apiary/common/limits/broker.ts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { run } from '../../scripts/commands/broker-setup.ts';
import { ensurePackages, findProgram, PACKAGES } from '../../scripts/packages.ts';
import { accountCommands, RABBIT_ACCOUNTS } from '../../scripts/rabbit-accounts.ts';
import { RabbitNode } from '../../scripts/rabbit-node.ts';

const { bee, hive } = RABBIT_ACCOUNTS;
let node: RabbitNode;

beforeAll(async () => {
  const failure = await ensurePackages(process.env, [PACKAGES.rabbit]);
  const program = await findProgram(PACKAGES.rabbit, process.env);
  if (program === undefined) throw new Error(failure);
  node = await RabbitNode.prepare({ program, environment: process.env, management: true });
  await node.start();
}, 120_000);

afterAll(async () => {
  await node.stop();
}, 60_000);

async function setup(argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const stdout = new PassThrough();
  const io = {
    ...{ stdout, stderr: new PassThrough(), stdin: new PassThrough(), env },
    ...{ signal: new AbortController().signal, ready: () => undefined },
    ...{ program: '', parent: undefined },
  };
  expect(await run([node.url, ...argv], io)).toBe(0);
  stdout.end();
  return await text(stdout);
}

function urlOf(name: string, password: string): string {
  return node.urlOf({ name, password, permissions: bee.permissions });
}

function passwordOf(name: string, output: string): string {
  return new RegExp(`^${name} {2}password (\\S+)$`, 'm').exec(output)?.[1] ?? '';
}

async function expectRefusal(
  connection: ChannelModel,
  attempt: (channel: Channel) => unknown,
  name: string,
): Promise<void> {
  const channel = await connection.createChannel();
  const refused = new Promise<Error>((resolve) => channel.on('error', resolve));
  await Promise.resolve(attempt(channel)).catch(() => undefined);
  expect((await refused).message).toMatch(new RegExp(`403.*refused.*${name}`));
}

async function limitsOf(name: string): Promise<unknown> {
  const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
  const url = `${node.managementUrl}/api/user-limits/${name}`;
  return await (await fetch(url, { headers: { authorization } })).json();
}

describe('with the management API', () => {
  test('a Bee may send, and nothing else; the Hive has what is its own', async () => {
    const output = await setup(['--management', node.managementUrl]);
    const [limits] = (await limitsOf(bee.name)) as { value: unknown }[];
    expect(limits?.value).toEqual({
      'max-connections': BEE_CONNECTIONS_MAX,
      'max-channels': BEE_CHANNELS_MAX,
    });
    const url = urlOf(bee.name, passwordOf(bee.name, output));
    const connection = await connect(url);
    const sending = await connection.createConfirmChannel();
    sending.publish(EXCHANGE.blocks, BLOCKS_KEY, Buffer.from('x'));
    sending.publish(EXCHANGE.fromAgents, FROM_AGENT_KEY.heartbeat, Buffer.from('x'));
    await sending.waitForConfirms();
    const own = await sending.assertQueue('', { exclusive: true });
    await sending.consume(own.queue, () => undefined);
    const attempts: ((channel: Channel) => unknown)[] = [
      (channel) => channel.publish(EXCHANGE.rpc, 'honeycomb', Buffer.from('x')),
      (channel) => channel.publish('', QUEUE.blocks, Buffer.from('x')),
      (channel) => channel.publish(EXCHANGE.events, 'agent.dead', Buffer.from('x')),
      (channel) => channel.publish(EXCHANGE.deliveries, 'delivery', Buffer.from('x')),
      (channel) => channel.consume(QUEUE.blocks, () => undefined),
      (channel) => channel.get(QUEUE.agentManager),
      (channel) => channel.purgeQueue(QUEUE.blocks),
      (channel) => channel.bindQueue(own.queue, EXCHANGE.blocks, BLOCKS_KEY),
      (channel) => channel.assertQueue('mine'),
      (channel) => channel.assertExchange('mine', 'fanout'),
    ];
    for (const attempt of attempts) await expectRefusal(connection, attempt, bee.name);
    const hiveUrl = urlOf(hive.name, passwordOf(hive.name, output));
    const hiveConnection = await connect(hiveUrl);
    const reading = await hiveConnection.createChannel();
    expect(await reading.get(QUEUE.blocks)).toBeTruthy();
    await reading.close();
    const others = await connect(node.url);
    const theirs = await others.createChannel();
    await theirs.assertQueue('billing.orders', { exclusive: false });
    const trespasses: ((channel: Channel) => unknown)[] = [
      (channel) => channel.consume('billing.orders', () => undefined),
      (channel) => channel.purgeQueue('billing.orders'),
      (channel) => channel.deleteQueue('billing.orders'),
      (channel) => channel.bindQueue('billing.orders', EXCHANGE.blocks, BLOCKS_KEY),
      (channel) => channel.publish('amq.topic', 'order', Buffer.from('x')),
      (channel) => channel.assertExchange('billing', 'fanout'),
    ];
    for (const trespass of trespasses) await expectRefusal(hiveConnection, trespass, hive.name);
    await theirs.deleteQueue('billing.orders');
    await others.close();
    await hiveConnection.close();
    await connection.close();
  }, 60_000);

  test('again: passwords stay, or become those that were given, and are not shown', async () => {
    const argv = ['--management', node.managementUrl];
    expect(await setup(argv)).toMatch(/apiary-bee {2}password as it was/);
    const given = { APIARY_BEE_PASSWORD: 'given-to-bees', APIARY_HIVE_PASSWORD: 'given-to-hive' };
    expect(await setup(argv, given)).not.toMatch(/given-to/);
    await (await connect(urlOf(bee.name, 'given-to-bees'))).close();
    await (await connect(urlOf(hive.name, 'given-to-hive'))).close();
  }, 60_000);

  test('past its connections a Bee is refused and the Hive is not', async () => {
    await node.control(['set_user_limits', bee.name, '{"max-connections": 1}'], '');
    const only = await connect(urlOf(bee.name, 'given-to-bees'));
    await expect(connect(urlOf(bee.name, 'given-to-bees'))).rejects.toThrow();
    await (await connect(urlOf(hive.name, 'given-to-hive'))).close();
    await only.close();
  }, 60_000);
});

test('without it, the commands that are shown make the same account', async () => {
  await node.control(['delete_user', bee.name], '');
  const output = await setup(['--management', 'http://127.0.0.1:9']);
  const password = passwordOf(bee.name, output);
  for (const command of accountCommands('/', bee)) {
    expect(output).toContain(command);
    expect(command).not.toContain(password);
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare,
    );
    await node.control(
      words.slice(1).filter((word) => word !== undefined),
      `${password}\n`,
    );
  }
  const [limits] = (await limitsOf(bee.name)) as { value: unknown }[];
  expect(limits?.value).toEqual(bee.limits);
  await (await connect(urlOf(bee.name, password))).close();
}, 60_000);
