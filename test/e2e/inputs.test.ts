import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { runCli } from '../harness/cli.ts';
import { eventually } from '../harness/eventually.ts';
import { sendTcp } from '../inputs/senders.ts';

describe('inputs of a Bee, through the whole chain', () => {
  let apiary: RunningApiary;
  let logs: string;
  let file: string;
  let syslogPort: number;
  let httpPort: number;

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), 'apiary-inputs-'));
    file = join(logs, 'app.log');
    writeFileSync(file, '');
    [syslogPort, httpPort] = [await freePort(), await freePort()];
    apiary = await startApiary();
    const urls = [
      `file://${file}`,
      `syslog+tcp://127.0.0.1:${syslogPort}`,
      `http://127.0.0.1:${httpPort}`,
      'metrics:?interval=1',
    ];
    const data = ['--data', apiary.folder];
    const added = await runCli(['targets', 'add', '--agents', 'all', ...urls, ...data]);
    expect(added).toMatchObject({ code: 0, stderr: '' });
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  const found = async (query: string, total: number) => {
    const page = await eventually(async () => {
      const answer = await apiary.client.searchPage({ query, limit: 10 });
      return answer.total >= total ? answer : undefined;
    }, `${query} is found`);
    expect(page.total).toBe(total);
    return page.records;
  };

  it('finds a stack trace as one record', async () => {
    const trace = [
      '2026-11-20T10:00:00Z ERROR heronry failed',
      'java.lang.IllegalStateException: heronry is empty',
      '\tat com.example.Heronry.open(Heronry.java:10)',
      'Caused by: java.io.IOException: no heronry',
    ];
    appendFileSync(file, `${trace.join('\n')}\n2026-11-20T10:00:01Z INFO goes on\n`);
    const [record] = await found('heronry', 1);
    expect(record).toMatchObject({ level: 'error', body: trace.join('\n') });
  }, 60_000);

  it('finds what came by a socket once, also after its Bee was killed', async () => {
    const head = '<11>1 2026-11-20T10:00:00Z host app - - -';
    await sendTcp(syslogPort, [`${head} bittern one\n`]);
    const [record] = await found('bittern', 1);
    expect(record).toMatchObject({ level: 'error', time: Date.parse('2026-11-20T10:00:00Z') });
    const before = apiary.children().bee ?? 0;
    process.kill(before, 'SIGKILL');
    await eventually(
      () => (apiary.children().bee === before ? undefined : true),
      'the Bee has another process',
    );
    const sent = () =>
      fetch(`http://127.0.0.1:${httpPort}/`, { method: 'POST', body: '{"message":"bittern two"}' });
    await eventually(
      async () => ((await sent()).status === 200 ? true : undefined),
      'HTTP is back',
    );
    await found('bittern', 2);
  }, 60_000);

  it('finds the figures of the machine by their fields', async () => {
    const records = await eventually(async () => {
      const page = await apiary.client.searchPage({ query: 'metric:memory', limit: 1 });
      return page.total > 0 ? page.records : undefined;
    }, 'metrics');
    expect(JSON.parse(records[0]?.body ?? '')).toHaveProperty('total_bytes');
  }, 60_000);
});
