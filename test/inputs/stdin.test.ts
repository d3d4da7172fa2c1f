import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AmqpBus, connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { Broker } from '@apiary/hive/broker/broker.ts';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BEE_ACCOUNT } from '../harness/broker-accounts.ts';
import { eventually } from '../harness/eventually.ts';
import { HiveStandIn } from '../tailing/hive-stand-in.ts';

const main = join(import.meta.dirname, '../../bee/src/main.ts');
const log = createSilentLogger();
let folder: string;
let broker: Broker;
let bus: AmqpBus;
let hive: HiveStandIn;
let child: ChildProcess;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bee-stdin-'));
  const permissions = { configure: '.*', write: '.*', read: '.*' };
  broker = new Broker({
    dataFolder: join(folder, 'broker'),
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'hive', password: 'hive', permissions }, BEE_ACCOUNT],
    log,
  });
  const { port } = await broker.start();
  const url = `amqp://hive:hive@127.0.0.1:${port}`;
  bus = await connectBus({ url, name: 'hive', declareTopology: true, log });
  hive = await new HiveStandIn(bus).open();
  hive.targets = [{ id: 't0', url: 'stdin:', tags: [], history: false }];
  const argv = [main, `127.0.0.1:${port}`, '--data', join(folder, 'bee'), '--log-level', 'error'];
  child = spawn(process.execPath, argv, { stdio: ['pipe', 'ignore', 'inherit'] });
});

afterEach(async () => {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  await bus.close();
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('what is piped into a Bee is stored, the last line without its end too', async () => {
  child.stdin?.write('one\ntw');
  child.stdin?.end('o\nthree');
  const lines = await eventually(() => {
    const stored = hive.store.lines();
    return stored.length >= 3 ? stored : undefined;
  }, 'three lines');
  expect(lines).toEqual(['one', 'two', 'three']);
  await eventually(
    () => hive.reports.at(-1)?.reports[0]?.reason?.includes('ended') || undefined,
    'the end is told',
  );
}, 60_000);
