/** The bus's contract on the embedded broker. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { describeBus } from '@apiary/common/bus/bus.contract.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { describeLetters } from '@apiary/hive/agentmanager/letters.contract.ts';
import { Broker } from '@apiary/hive/broker/broker.ts';
import { afterAll } from '@jest/globals';
import { BEE_ACCOUNT, HIVE_ACCOUNT } from '../harness/broker-accounts.ts';

async function startBroker() {
  const dataFolder = await mkdtemp(join(tmpdir(), 'apiary-broker-'));
  const broker = new Broker({
    dataFolder,
    host: '127.0.0.1',
    port: 0,
    users: [HIVE_ACCOUNT, BEE_ACCOUNT],
    log: createSilentLogger(),
  });
  const { port } = await broker.start();
  const { name, password } = BEE_ACCOUNT;
  return {
    url: `amqp://hive:hive@127.0.0.1:${port}`,
    beeUrl: `amqp://${name}:${password}@127.0.0.1:${port}`,
    async stop() {
      await broker.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

describeBus('the embedded broker', startBroker);

const desks: { stop(): Promise<void> }[] = [];
afterAll(async () => {
  for (const broker of desks) await broker.stop();
});

describeLetters('the embedded broker', async () => {
  const broker = await startBroker();
  desks.push(broker);
  const log = createSilentLogger();
  return await connectBus({ url: broker.url, name: 'desk', declareTopology: true, log });
});
