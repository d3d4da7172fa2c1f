/**
 * Three RabbitMQ nodes on one machine, each with a network of its own: what `broker check` says of them, and
 * a bus that loses the node it has, by a kill and by a cut, while messages go on.
 */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type AmqpBus, connectBus } from '@apiary/common/bus/amqp-bus.ts';
import type { OutgoingMessage } from '@apiary/common/bus/bus.ts';
import { BLOCKS_KEY, EXCHANGE, FROM_AGENT_KEY, QUEUE } from '@apiary/common/bus/topology.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { stateIs } from '@apiary/common/testing/bus-bench.ts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from '../../scripts/commands/broker.ts';
import {
  type ClusterNode,
  type RabbitCluster,
  startRabbitCluster,
} from '../../scripts/rabbit-cluster.ts';
import { eventually } from '../harness/eventually.ts';

const log = createSilentLogger();
let cluster: RabbitCluster;

beforeAll(async () => {
  cluster = await startRabbitCluster(process.env, { management: true });
}, 240_000);

afterAll(async () => {
  await cluster?.stop();
}, 60_000);

async function check(...words: string[]): Promise<{ code: number; output: string }> {
  const stdout = new PassThrough();
  const io = {
    ...{ stdout, stderr: new PassThrough(), stdin: new PassThrough(), env: {} },
    ...{ signal: new AbortController().signal, ready: () => undefined },
    ...{ program: '', parent: undefined },
  };
  const code = await run(['check', ...words], io);
  stdout.end();
  return { code, output: await text(stdout) };
}

/** Publishes as a Bee does: what a quorum queue refuses while it loses a node is sent again. */
async function publishUntilTaken(bus: AmqpBus, message: OutgoingMessage): Promise<void> {
  for (;;) {
    try {
      await bus.publish(message);
      return;
    } catch (error) {
      if (toAppError(error).code !== 'broker-refused') throw error;
    }
  }
}

/** Publishes for as long as it is not told to stop; each message once it is confirmed. */
class Stream {
  readonly sent: string[] = [];
  readonly seen = new Map<string, number>();
  readonly #bus: AmqpBus;
  #isOver = false;
  #running: Promise<void> = Promise.resolve();

  constructor(bus: AmqpBus) {
    this.#bus = bus;
  }

  async start(consumer: AmqpBus): Promise<void> {
    await consumer.consume(QUEUE.blocks, { prefetch: 50 }, (delivery) => {
      const body = delivery.body.toString();
      this.seen.set(body, (this.seen.get(body) ?? 0) + 1);
      delivery.ack();
    });
    this.#running = this.#run();
  }

  async settled(): Promise<void> {
    this.#isOver = true;
    await this.#running;
    await eventually(
      () => (this.seen.size === this.sent.length ? true : undefined),
      `all of ${this.sent.length} messages have come`,
      60_000,
    );
  }

  /** Resolves once so many more are confirmed. */
  async more(count: number): Promise<void> {
    const goal = this.sent.length + count;
    const enough = () => (this.sent.length >= goal ? true : undefined);
    await eventually(enough, `${count} more are confirmed`, 90_000);
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const body = `message ${this.sent.length}`;
      const message = { exchange: EXCHANGE.blocks, routingKey: BLOCKS_KEY };
      await publishUntilTaken(this.#bus, { ...message, body: Buffer.from(body) });
      this.sent.push(body);
    }
  }
}

/** The node that a bus is connected to, by what the cluster says of its connections. */
async function nodeOf(name: string): Promise<ClusterNode> {
  return await eventually(
    async () => {
      const said = await cluster.nodes[0]?.control([
        'list_connections',
        'host',
        'client_properties',
      ]);
      const [host] = (said?.split('\n').find((line) => line.includes(`"${name}"`)) ?? '').split(
        '\t',
      );
      return cluster.nodes.find(({ url }) => new URL(url).hostname === host);
    },
    `${name} is connected`,
    60_000,
  );
}

describe('a cluster of three nodes', () => {
  test('is looked at by `broker check`', async () => {
    const before = await check(cluster.url);
    expect(before.output).toContain('→ run ./apiary broker setup');
    const bus = await connectBus({ url: cluster.url, name: 'hive', declareTopology: true, log });
    const { code, output } = await check(cluster.url);
    await bus.close();
    expect(output.match(/RabbitMQ \d+\.\d+/g)).toHaveLength(3);
    expect(output.match(/may do what the Hive does/g)).toHaveLength(3);
    expect(output.match(/all queues are quorum queues/g)).toHaveLength(3);
    expect(output).toContain('cluster  3 nodes: apiary@');
    expect(output).toContain('no partition');
    expect(output).toContain(`${QUEUE.blocks}: 3 of 3 replicas`);
    expect(output).not.toMatch(/BAD|warning/);
    expect(code).toBe(0);
  }, 120_000);

  test('that cannot be reached, or lets nobody in, is told with what to do', async () => {
    const [node] = cluster.nodes;
    const { hostname: host } = new URL(node?.url ?? '');
    const wrong = await check(`amqp://guest:wrong@${host}`);
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.output).toMatch(/BAD .*\n +→ correct user and password of guest/);
    const nobody = await check('amqp://guest:guest@127.0.0.1:1');
    expect(nobody.output).toMatch(/BAD .*\n +→ nothing listens there/);
    const nowhere = await check(`amqp://guest:guest@${host}/nowhere`);
    expect(nowhere.output).toMatch(/BAD .*\n +→ make the virtual host \/nowhere/);
    const encrypted = await check(`amqps://guest:guest@${host}:5672`);
    expect(encrypted.output).toMatch(/BAD .*\n +→ that port speaks no TLS/);
  }, 60_000);

  test('loses nothing when the node that is used is killed, or cut off, and comes back', async () => {
    const open = (name: string) =>
      connectBus({ url: cluster.url, name, declareTopology: true, log });
    const [sender, taker] = [await open('sender'), await open('taker')];
    const stream = new Stream(sender);
    await stream.start(taker);
    await stream.more(200);

    const killed = await nodeOf('sender');
    await killed.kill();
    await stream.more(200);
    expect(sender.state).toBe('connected');
    // Control messages have a home on the nodes that are left, too.
    const { handshake: routingKey } = FROM_AGENT_KEY;
    await publishUntilTaken(sender, {
      ...{ exchange: EXCHANGE.fromAgents, routingKey, body: Buffer.from('x') },
    });
    await killed.start();
    await stream.more(200);

    const cut = await nodeOf('sender');
    const lost = stateIs(sender, 'disconnected');
    await cut.cutOff();
    await lost;
    await stream.more(200);
    expect(sender.state).toBe('connected');
    await cut.rejoin();
    await stream.more(200);

    await stream.settled();
    expect(new Set(stream.seen.keys())).toEqual(new Set(stream.sent));
    await sender.close();
    await taker.close();
  }, 420_000);
});
