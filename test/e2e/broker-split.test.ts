/**
 * A broker node that lives on beside its cluster: here a broker of its own, as the others know nothing of its queues,
 * and it nothing of theirs. Whoever is connected to it goes to one of the others by itself.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AmqpBus, connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { BUS_SPLIT_LOOK_MS } from '@apiary/common/limits/bus.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { stateIs, TEST_ACTOR } from '@apiary/common/testing/bus-bench.ts';
import { startProxy, type TcpProxy } from '@apiary/common/testing/tcp-proxy.ts';
import { Broker } from '@apiary/hive/broker/broker.ts';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { HIVE_ACCOUNT } from '../harness/broker-accounts.ts';
import { eventually } from '../harness/eventually.ts';

const log = createSilentLogger();
const ask = { actor: TEST_ACTOR, deadlineMs: 60_000 };
let folder: string;
let brokers: Broker[];
let nodes: TcpProxy[];
let buses: AmqpBus[];
let clock: ManualClock;

async function startBroker(name: string): Promise<number> {
  const broker = new Broker({
    dataFolder: join(folder, name),
    host: '127.0.0.1',
    port: 0,
    users: [HIVE_ACCOUNT],
    log,
  });
  brokers.push(broker);
  return (await broker.start()).port;
}

/** A bus that knows all nodes and begins at one of them. */
async function busAt(first: number): Promise<AmqpBus> {
  const places = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const random = jest.spyOn(Math, 'random').mockReturnValue((first + 0.5) / nodes.length);
  const url = `amqp://hive:hive@${places}`;
  const opening = connectBus({ url, name: `at ${first}`, declareTopology: true, log, clock });
  random.mockRestore();
  const bus = await opening;
  buses.push(bus);
  return bus;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apiary-split-'));
  [brokers, buses, clock] = [[], [], new ManualClock()];
  const [cluster, apart] = [await startBroker('cluster'), await startBroker('apart')];
  nodes = await Promise.all([apart, cluster, cluster].map((port) => startProxy({ port })));
});

afterEach(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all(brokers.map((broker) => broker.stop()));
  await rm(folder, { recursive: true, force: true });
});

test('who is at the node that is apart goes to one of the others, and is answered there', async () => {
  const [server, client] = [await busAt(0), await busAt(1)];
  await server.rpc.serve({ component: 'split' }, async () => 'here');
  const call = () => client.rpc.call({ component: 'split' }, 'split.x', {}, ask);
  await expect(call()).rejects.toMatchObject({ code: 'component-missing' });
  const left = stateIs(server, 'disconnected');
  clock.advance(2 * BUS_SPLIT_LOOK_MS);
  await left;
  expect(await eventually(call, 'it serves at another node')).toBe('here');
  expect(client.stats().recoveries).toBe(0);
});

/** Lets a bus look at nodes once, and waits until it has. */
async function look(...at: readonly number[]): Promise<void> {
  const before = at.map((node) => ({
    node,
    taken: nodes[node]?.taken ?? 0,
    open: nodes[node]?.open,
  }));
  clock.advance(2 * BUS_SPLIT_LOOK_MS);
  await eventually(() => {
    const isOver = before.every(({ node, taken, open }) => {
      return (nodes[node]?.taken ?? 0) > taken && nodes[node]?.open === open;
    });
    return isOver ? true : undefined;
  }, 'a look is over');
}

test('who is where most are stays, whatever the one says that is apart', async () => {
  const bus = await busAt(1);
  for (let looks = 0; looks < 3; looks++) await look(0, 2);
  expect(bus.stats().recoveries).toBe(0);
  expect(bus.state).toBe('connected');
});

test('where each node is alone, all meet at the one that stands first', async () => {
  await nodes[2]?.stop();
  const third = await startProxy({ port: await startBroker('third') });
  nodes = [...nodes.slice(0, 2), third];
  const [first, second, last] = [await busAt(0), await busAt(1), await busAt(2)];
  await first.rpc.serve({ component: 'split' }, async () => 'here');
  clock.advance(2 * BUS_SPLIT_LOOK_MS);
  for (const bus of [second, last]) {
    const call = () => bus.rpc.call({ component: 'split' }, 'split.x', {}, ask);
    expect(await eventually(call, 'it is answered')).toBe('here');
  }
  expect(first.stats().recoveries).toBe(0);
});

test('a node that does not answer has no voice', async () => {
  const [apart, ...cluster] = nodes.splice(0);
  // Not the first: who is alone there stays anyway.
  nodes = apart ? [...cluster, apart] : [];
  nodes[1]?.refuse(true);
  const bus = await busAt(2);
  for (let looks = 0; looks < 2; looks++) await look(0);
  expect(bus.stats().recoveries).toBe(0);
  expect(bus.state).toBe('connected');
});
