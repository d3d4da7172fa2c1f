import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { runCli, startCli } from '../harness/cli.ts';
import { eventually } from '../harness/eventually.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has waited for yet is not alive.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const allGone = (pids: readonly number[]) => (pids.some(isAlive) ? undefined : true);

describe('./apiary up', () => {
  let folder: string;
  let apiary: RunningApiary;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'apiary-up-'));
    apiary = await startApiary({ folder });
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs four processes', () => {
    expect(Object.keys(apiary.children()).sort()).toEqual(['bee', 'broker', 'hive', 'honeycomb']);
  });

  it('approves its own Bee', async () => {
    const { agents } = await apiary.client.listAgents();
    expect(agents.map(({ approval }) => approval)).toEqual(['approved']);
  });

  it('starts a killed child again', async () => {
    for (const name of ['bee', 'honeycomb', 'hive', 'broker']) {
      const before = apiary.children()[name] ?? 0;
      process.kill(before, 'SIGKILL');
      await eventually(
        () => (apiary.children()[name] === before ? undefined : true),
        `${name} has another process`,
      );
    }
    const answered = await eventually(
      () => apiary.client.searchPage({ query: '*', limit: 0 }),
      'search answers again',
    );
    expect(answered.missing).toEqual([]);
  }, 60_000);

  it('refuses a folder that another up has, and leaves it working', async () => {
    const second = await runCli(['up', '--data', folder]);
    expect(second).toMatchObject({ code: 2, stdout: '' });
    expect(second.stderr).toMatch(/in use by another \.\/apiary up/);
    await expect(apiary.client.listAgents()).resolves.toBeDefined();
  }, 60_000);
});

describe('./apiary up ends everything', () => {
  it('on Ctrl-C, with exit code 0', async () => {
    const apiary = await startApiary();
    const pids = Object.values(apiary.children());
    expect(pids.every(isAlive)).toBe(true);
    expect(await apiary.stop()).toBe(0);
    expect(allGone(pids)).toBe(true);
  }, 120_000);

  it('when the launcher is killed with -9', async () => {
    const apiary = await startApiary();
    const pids = Object.values(apiary.children());
    apiary.launcher.kill('SIGKILL');
    await eventually(() => allGone(pids), 'the children have ended');
    rmSync(apiary.folder, { recursive: true, force: true });
  }, 120_000);
});

describe('./apiary up without its broker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-alone-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says that it waits, and why, once; and ends on Ctrl-C with exit code 0', async () => {
    const [broker, http] = [await freePort(), await freePort()];
    const argv = ['--broker', `amqp://bee:secret@127.0.0.1:${broker}`, '--http-port', `${http}`];
    const up = startCli(['up', '--data', folder, ...argv]);
    let stderr = '';
    up.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    await eventually(() => stderr.includes('trying again') || undefined, 'it says that it waits');
    const ended = new Promise((resolve) => up.once('close', resolve));
    up.kill('SIGINT');
    expect(await ended).toBe(0);
    const words = `apiary: the broker at 127.0.0.1:${broker} does not answer: `;
    expect(stderr.split(words)).toHaveLength(2);
    expect(stderr).not.toContain('secret');
  }, 60_000);
});

describe('./apiary up says in one line, with exit code 2,', () => {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-refused-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['that a certificate needs its key', ['--tls-cert', 'x.pem'], /give both or neither/],
    ['which port is no port', ['--http-port', 'x'], /--http-port: expected a port number/],
    ['which flag there is not', ['--colour', 'red'], /up: there is no --colour; --help/],
    ['which flag may have been meant', ['--htp-port', '1'], /did you mean --http-port\?/],
    ['which flag wants a value', ['--http-port'], /--http-port wants a value/],
    ['which value looks like a flag', ['--http-port', '-3'], /written --http-port=-…/],
  ])('%s', async (_, argv, words) => {
    const { code, stdout, stderr } = await runCli(['up', '--data', join(folder, 'a'), ...argv]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('that its folder cannot be written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, 'mine');
    const { code, stderr } = await runCli(['up', '--data', join(file, 'data')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot be written/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('that a port that was asked for is busy', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const data = join(folder, 'b');
    mkdirSync(data);
    const { code, stderr } = await runCli(['up', '--data', data, '--http-port', String(port)]);
    await new Promise((resolve) => server.close(resolve));
    expect(code).toBe(2);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
  });
});
