import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect as connectAmqp } from 'amqplib';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { eventually } from '../harness/eventually.ts';

describe('bad input', () => {
  let apiary: RunningApiary;
  let logs: string;
  let file: string;

  /** Everything else goes on: a line written now is found. */
  async function expectLinesToFlow(word: string): Promise<void> {
    appendFileSync(file, `INFO ${word} still flows\n`);
    await eventually(async () => {
      const { total } = await apiary.client.searchPage({ query: word, limit: 0 });
      return total === 1 ? true : undefined;
    }, `${word} is found`);
  }

  async function deadLettered(): Promise<number> {
    const { store } = await apiary.client.system();
    return store?.deadLettered ?? 0;
  }

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), 'apiary-bad-'));
    file = join(logs, 'good.log');
    writeFileSync(file, '');
    apiary = await startApiary();
    await apiary.client.addTargets({
      agents: 'all',
      urls: [`file://${logs}/*.log`],
      tags: [],
      history: true,
    });
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  it('on the AMQP port is answered with the protocol header and harms nobody', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(apiary.amqpPort, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\n\r\n'),
      );
      let heard = '';
      socket.on('data', (data) => {
        heard += data.toString('latin1');
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });
    expect(answer).toBe('AMQP\0\0\x09\x01');
    await expectLinesToFlow('afterhttp');
  });

  it('in a data message is dead-lettered and counted', async () => {
    const before = await deadLettered();
    const connection = await connectAmqp(`amqp://bee:bee@127.0.0.1:${apiary.amqpPort}`);
    const channel = await connection.createConfirmChannel();
    channel.publish('apiary.blocks', 'data', Buffer.from('no data message'), { persistent: true });
    await channel.waitForConfirms();
    await connection.close();
    await eventually(
      async () => ((await deadLettered()) > before ? true : undefined),
      'it is counted',
    );
    await expectLinesToFlow('afterpoison');
  });

  it('in a query is an error with its position', async () => {
    await expect(apiary.client.searchPage({ query: '(open', limit: 1 })).rejects.toMatchObject({
      code: 'query-syntax',
      details: expect.objectContaining({ from: expect.any(Number) }),
    });
  });

  it('in a target names the reason', async () => {
    const urls = ['file:///no/such/folder/x.log', 'gopher://x', `file://${logs}`];
    const { results } = await apiary.client.addTargets({
      agents: 'all',
      urls,
      tags: [],
      history: false,
    });
    const states = Object.fromEntries(results.map((result) => [result.url, result.state]));
    expect(states).toEqual({
      'file:///no/such/folder/x.log': 'waiting',
      'gopher://x': 'failed',
      [`file://${logs}`]: 'failed',
    });
    expect(results.every(({ reason }) => (reason ?? '').length > 10)).toBe(true);
  });

  it('in lines is stored: NULs, invalid UTF-8, CRLF', async () => {
    const bytes = Buffer.concat([
      Buffer.from('nulls \0 between\nbroken \xff\xfe utf8badger\n', 'latin1'),
      Buffer.from('carriage badger\r\n'),
    ]);
    appendFileSync(file, bytes);
    const page = await eventually(async () => {
      const found = await apiary.client.searchPage({ query: 'nulls OR *badger', limit: 10 });
      return found.total === 3 ? found : undefined;
    }, 'all three are found');
    const bodies = page.records.map(({ body }) => body).sort();
    expect(bodies).toEqual([
      'broken \ufffd\ufffd utf8badger',
      'carriage badger\r',
      'nulls \0 between',
    ]);
  });

  it('of a megabyte in one line comes back whole', async () => {
    const long = `begin ${'0123456789abcdef'.repeat(65_536)} walrus`;
    appendFileSync(join(logs, 'long.log'), `${long}\nafter the walruslong line\n`);
    const page = await eventually(async () => {
      const found = await apiary.client.searchPage({ query: 'walrus', limit: 10 });
      return found.total === 1 ? found : undefined;
    }, 'the long line is found');
    expect(page.records[0]?.body.length).toBe(long.length);
    expect(page.records[0]?.body === long).toBe(true);
    await expectLinesToFlow('afterlong');
  });
});
