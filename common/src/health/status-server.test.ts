import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Counter } from 'prom-client';
import { AppError } from '../errors.ts';
import { createSilentLogger } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { StatusServer, statusPortSetting } from './status-server.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function start(port: number, orNext = false, ready = async () => {}) {
  const metrics = new Metrics();
  new Counter({ name: 'bees_total', help: 'Bees.', registers: [metrics.registry] }).inc(3);
  const log = createSilentLogger();
  const server = new StatusServer({ listen: { port, orNext }, metrics, log, ready });
  running.push(server);
  const bound = await server.start();
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${bound}${path}`, init);
  return { bound, get };
}

describe('the status port', () => {
  it('answers for life, readiness and metrics, and for nothing else', async () => {
    const { get } = await start(await freePort());
    expect(await (await get('/healthz')).text()).toBe('ok\n');
    expect((await get('/readyz')).status).toBe(200);
    expect(await (await get('/metrics')).text()).toContain('bees_total 3');
    expect((await get('/')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('says why it is not ready, and lives all the same', async () => {
    const { get } = await start(await freePort(), false, async () => {
      throw new AppError('bus-lost', 'The connection to the broker is being re-made.');
    });
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe('bus-lost: The connection to the broker is being re-made.\n');
    expect((await get('/healthz')).status).toBe(200);
  });

  it('takes the next free port only where that was said', async () => {
    const { bound } = await start(await freePort());
    await expect(start(bound)).rejects.toMatchObject({ code: 'port-busy' });
    expect((await start(bound, true)).bound).toBeGreaterThan(bound);
  });

  it('reads its setting', () => {
    const read = (text: string | undefined) => statusPortSetting.schema.safeParse(text);
    expect(read('4290').data).toEqual({ port: 4290, orNext: false });
    expect(read('4290+').data).toEqual({ port: 4290, orNext: true });
    expect(read('none').success && read(undefined).success).toBe(true);
    expect(read('none').data).toBeUndefined();
    for (const wrong of ['0', '70000', 'x', '80-']) expect(read(wrong).success).toBe(false);
  });
});
