/** The embedded broker against unmodified amqplib, and what only it promises. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSilentLogger } from '@apiary/common/log.ts';
import { afterAll, beforeAll } from '@jest/globals';
import { describeBroker } from './broker.contract.ts';
import { Broker } from './broker.ts';

let broker: Broker | undefined;
let folder = '';
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'apiary-broker-'));
  const permissions = { configure: '.*', write: '.*', read: '.*' };
  broker = new Broker({
    dataFolder: folder,
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'guest', password: 'guest', permissions }],
    log: createSilentLogger(),
  });
  url = `amqp://guest:guest@127.0.0.1:${(await broker.start()).port}`;
});

afterAll(async () => {
  await broker?.stop();
  await rm(folder, { recursive: true });
});

describeBroker('embedded', async () => ({ url }));
