import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bearer, type QueenFixture, startQueenFixture } from './testing/queen-fixture.ts';

let fixture: QueenFixture;

beforeEach(async () => {
  fixture = await startQueenFixture();
});
afterEach(async () => {
  await fixture.stop();
});

const BROKER = `amqps://192.0.2.7:5671?pin=${'ab'.repeat(32)}`;

/** `fetch` keeps the Host header to itself. */
function getAs(host: string, route: string): Promise<string> {
  const headers = { ...bearer(fixture.token), host };
  return new Promise((resolve, reject) => {
    request(`${fixture.queen.url}${route}`, { headers }, (answer) => resolve(text(answer)))
      .once('error', reject)
      .end();
  });
}

describe('the installer', () => {
  it('is told by our own address, whatever the Host header says', async () => {
    const { url } = fixture.queen;
    const told = JSON.parse(await getAs('localhost:1', '/api/install'));
    expect(told).toMatchObject({
      line: `curl -fsS ${url}/install-bee.sh | sudo sh`,
      broker: BROKER,
      reach: 'machine',
    });
    const script = await getAs('localhost:1', '/install-bee.sh');
    const sum = createHash('sha256').update('the Bee\n').digest('hex');
    expect(script).toBe(`o='${url}' b='${BROKER}' p='' s='${sum}' x='@OTHER@'\n`);
  });

  it('gives the Bee and Node to whoever asks', async () => {
    expect(await (await fixture.fetch('/install/bee.mjs')).text()).toBe('the Bee\n');
    expect(await (await fixture.fetch('/install/node')).text()).toBe('Node\n');
  });

  it('says so where there is no bundle, and no authority', async () => {
    await rm(path.join(fixture.folder, 'bee.mjs'));
    for (const route of ['/install-bee.sh', '/install/bee.mjs', '/ca.crt']) {
      expect([route, (await fixture.fetch(route)).status]).toEqual([route, 404]);
    }
  });
});
