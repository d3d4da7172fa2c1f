/** The bus's contract on the embedded broker. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBus } from '@apiary/common/bus/bus.contract.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { Broker } from '@apiary/hive/broker/broker.ts';
import { BEE_ACCOUNT } from '../harness/bee-account.ts';

const everything = { configure: '.*', write: '.*', read: '.*' };

describeBus('the embedded broker', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'apiary-broker-'));
  const broker = new Broker({
    dataFolder,
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'hive', password: 'hive', permissions: everything }, BEE_ACCOUNT],
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
});
