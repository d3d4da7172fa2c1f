import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { runCli, startCli } from '../harness/cli.ts';
import { eventually } from '../harness/eventually.ts';

describe('the command line', () => {
  let apiary: RunningApiary;
  let logs: string;
  let data: readonly string[];

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), 'apiary-logs-'));
    apiary = await startApiary();
    data = ['--data', apiary.folder];
    const file = join(logs, 'app.log');
    writeFileSync(
      file,
      '2026-11-20T10:00:00Z INFO kingfisher lands\n2026-11-20T10:00:01Z ERROR kingfisher falls\n',
    );
    const added = await runCli([
      ...['targets', 'add', '--agents', 'all', '--tags', 'pond', '--history'],
      `file://${file}`,
      ...data,
    ]);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    await eventually(async () => {
      const found = await runCli(['search', 'kingfisher', '--json', ...data]);
      return JSON.parse(found.stdout).total === 2 ? true : undefined;
    }, 'both lines are found');
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  it('names the command that was meant by one that there is not', async () => {
    for (const [typed, meant] of [
      ['serch', 'search'],
      ['status', 'health'],
    ]) {
      const { code, stderr } = await runCli([`${typed}`]);
      expect(code).toBe(2);
      expect(stderr).toContain(`no command ${typed}; did you mean ./apiary ${meant}?`);
    }
    expect((await runCli(['xyzzy'])).stderr).toBe(
      'apiary: there is no command xyzzy; ./apiary --help lists them\n',
    );
  });

  it('searches, newest last for people and as one document for programs', async () => {
    const human = await runCli(['search', 'kingfisher', ...data]);
    expect(human.code).toBe(0);
    expect(human.stdout.indexOf('lands')).toBeLessThan(human.stdout.indexOf('falls'));
    const { stdout } = await runCli(['search', 'kingfisher AND level:error', '--json', ...data]);
    const document = JSON.parse(stdout);
    expect(document.total).toBe(1);
    expect(document.records[0]).toMatchObject({
      time: '2026-11-20T10:00:01.000Z',
      level: 'error',
      tags: ['pond'],
      file: join(logs, 'app.log'),
      body: '2026-11-20T10:00:01Z ERROR kingfisher falls',
    });
  });

  it('narrows by time', async () => {
    const range = ['--from', '2026-11-20T10:00:01Z', '--to', '2026-11-20T10:00:02Z'];
    const { stdout } = await runCli(['search', 'kingfisher', ...range, '--json', ...data]);
    expect(JSON.parse(stdout).total).toBe(1);
  });

  it('shows the lines around what was found', async () => {
    const argv = ['search', 'kingfisher falls', '--context', '1'];
    const human = await runCli([...argv, ...data]);
    const lines = human.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line[0])).toEqual([' ', '>']);
    expect(lines[0]).toContain('kingfisher lands');
    const { stdout } = await runCli([...argv, '--json', ...data]);
    const [record] = JSON.parse(stdout).records;
    expect(record.after).toEqual([]);
    expect(record.before).toMatchObject([{ body: '2026-11-20T10:00:00Z INFO kingfisher lands' }]);
  });

  it('tells the fields of a result, and the values of one', async () => {
    const { fields } = JSON.parse(
      (await runCli(['fields', 'kingfisher', '--json', ...data])).stdout,
    );
    const level = fields.find((field: { name: string }) => field.name === 'level');
    expect(level).toMatchObject({ records: 2, distinct: 2, isExact: true });
    const human = await runCli(['fields', 'kingfisher', '--field', 'level', ...data]);
    expect(human.stdout).toMatch(/^1 +50\.0 % +error$/m);
    expect(human.stderr).toBe('2 lines\n');
  });

  it('tells the patterns of a result', async () => {
    const { stdout, stderr } = await runCli(['patterns', 'kingfisher', ...data]);
    expect(stdout).toMatch(/^1 +50\.0 % +\S+ \S+ +\S+ \S+ +ERROR kingfisher falls$/m);
    expect(stderr).toBe('2 lines\n');
    const document = JSON.parse((await runCli(['patterns', '', '--json', ...data])).stdout);
    expect(document.patterns.map(({ text }: { text: string }) => text)).toContain(
      'INFO kingfisher lands',
    );
  });

  it('points at a syntax error and exits with 2', async () => {
    const { code, stderr } = await runCli(['search', 'kingfisher AND', ...data]);
    expect(code).toBe(2);
    expect(stderr).toContain('^');
  });

  it('follows new lines, one record a line', async () => {
    const tail = startCli(['tail', 'heron', '--json', ...data]);
    const lines = createInterface({ input: tail.stdout });
    const first = new Promise<string>((resolve) => lines.once('line', resolve));
    let number = 0;
    const timer = setInterval(() => {
      number += 1;
      appendFileSync(join(logs, 'app.log'), `INFO heron ${number} waits\n`);
    }, 100);
    const record = JSON.parse(await first);
    clearInterval(timer);
    tail.kill('SIGINT');
    expect(record).toMatchObject({ level: 'info', tags: ['pond'] });
    expect(record.body).toMatch(/^INFO heron \d+ waits$/);
  }, 60_000);

  it('names the host, the target and the reason when a target fails', async () => {
    const url = `file://${logs}`;
    const { code, stdout } = await runCli([
      ...['targets', 'add', '--agents', 'all', url, '--json'],
      ...data,
    ]);
    expect(code).toBe(1);
    const { results } = JSON.parse(stdout);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ ok: false, url });
    expect(results[0].reason).toMatch(/regular file|folder|directory/i);
  });

  it('lists and removes targets', async () => {
    const listed = JSON.parse((await runCli(['targets', 'list', '--json', ...data])).stdout);
    const mine = listed.targets.filter((target: { url: string }) => target.url.includes(logs));
    expect(mine.length).toBeGreaterThan(0);
    const ids = mine.map((target: { id: string }) => target.id);
    expect((await runCli(['targets', 'remove', ...ids, ...data])).code).toBe(0);
    const after = JSON.parse((await runCli(['targets', 'list', '--json', ...data])).stdout);
    expect(after.targets.some((target: { url: string }) => target.url.includes(logs))).toBe(false);
  });

  it('lists agents', async () => {
    const { stdout } = await runCli(['agents', '--json', ...data]);
    const { agents } = JSON.parse(stdout);
    expect(agents).toHaveLength(1);
    expect(agents[0]).toMatchObject({ approval: 'approved', life: 'alive' });
  });

  it.each([
    ['an unknown command', ['dance']],
    ['a limit that is no number', ['search', 'x', '--limit', 'many']],
    ['a search without a query', ['search']],
    ['fields without a query', ['fields']],
    ['more patterns than there can be', ['patterns', 'x', '--limit', '100000']],
    ['more lines around than there can be', ['search', 'x', '--context', '100000']],
    ['targets without agents', ['targets', 'add', 'file:///x']],
  ])('exits with 2 on %s', async (_, argv) => {
    const { code, stdout, stderr } = await runCli([...argv, ...(argv[0] === 'dance' ? [] : data)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('says what to do when no instance runs', async () => {
    const { code, stderr } = await runCli(['agents', '--data', join(logs, 'nothing')]);
    expect(code).toBe(1);
    expect(stderr).toContain('./apiary up');
  });
});
