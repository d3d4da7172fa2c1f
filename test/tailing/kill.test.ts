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
import { HiveStandIn } from './hive-stand-in.ts';
import { LogWriter } from './log-writer.ts';

const everything = { configure: '.*', write: '.*', read: '.*' };
const main = join(import.meta.dirname, '../../bee/src/main.ts');
const log = createSilentLogger();
let folder: string;
let broker: Broker;
let bus: AmqpBus;
let hive: HiveStandIn;
let port: number;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bee-kill-'));
  const hiveUser = { name: 'hive', password: 'hive', permissions: everything };
  broker = new Broker({
    dataFolder: join(folder, 'broker'),
    host: '127.0.0.1',
    port: 0,
    users: [hiveUser, BEE_ACCOUNT],
    log,
  });
  ({ port } = await broker.start());
  const url = `amqp://hive:hive@127.0.0.1:${port}`;
  bus = await connectBus({ url, name: 'hive', declareTopology: true, log });
  hive = await new HiveStandIn(bus).open();
});

afterEach(async () => {
  if (child) await kill(child);
  await bus.close();
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

function startBee(): ChildProcess {
  const argv = [main, `127.0.0.1:${port}`, '--data', join(folder, 'bee'), '--allow', folder];
  return spawn(process.execPath, [...argv, '--log-level', 'error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function kill(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const gone = once(process, 'exit');
  process.kill('SIGKILL');
  await gone;
}

test('case 21: a Bee process that is killed again and again loses and doubles nothing', async () => {
  const writer = new LogWriter(join(folder, 'logs/app.log'));
  hive.targets = [{ id: 't0', url: `file://${folder}/logs/app.log`, tags: [], history: false }];
  child = startBee();
  await eventually(() => hive.reports.at(-1), 'the first report');
  for (let round = 0; round < 8; round++) {
    for (let step = 0; step < 20; step++) {
      writer.lines(50);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Killed as soon as something of the round is stored, while the rest is on its way.
    const last = writer.written.at(-990 + 100 * round) ?? '';
    await eventually(() => (hive.store.lines().includes(last) ? true : undefined), 'some lines');
    await kill(child);
    if (round % 2 === 0) writer.rename();
    writer.lines(100);
    child = startBee();
  }
  await eventually(
    () => (hive.store.compare(writer.written).lost.length === 0 ? true : undefined),
    'all lines',
    60_000,
  ).catch(() => undefined);
  expect(hive.store.compare(writer.written)).toEqual({ lost: [], doubled: [], broken: [] });
}, 120_000);
