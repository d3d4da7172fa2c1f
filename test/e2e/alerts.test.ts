/** From a line in a file to an alert, with real processes and the command line, also across kill -9. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApnsServer } from '@apiary/hive/sting/testing/apns-server.ts';
import { NOTIFICATION_ROUTES } from '@apiary/queen/notification-routes.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { runCli } from '../harness/cli.ts';
import { eventually } from '../harness/eventually.ts';

const RULES = `
rules:
  - name: App errors
    query: kestrel
    condition: { type: count, count: 3, window: 1m }
    groupBy: [code]
    title: 'code {code}.'
    contextLines: 1
    channels: [apple]
  - name: App is silent
    query: heron
    condition: { type: absence, window: 5s }
    users: []
`;

interface ShownAlert {
  readonly id: string;
  readonly rule: string;
  readonly state: string;
  readonly group: Record<string, string>;
  readonly lines: readonly { readonly text: string; readonly matching: boolean }[];
  readonly acknowledgedBy?: string;
}

describe('alert rules', () => {
  let apiary: RunningApiary;
  let server: ApnsServer;
  let folder: string;
  let file: string;
  let data: readonly string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'apiary-alerts-'));
    file = join(folder, 'app.log');
    writeFileSync(file, 'kestrel code=old\nkestrel code=old\nkestrel code=old\n');
    writeFileSync(join(folder, 'rules.yaml'), RULES);
    server = await new ApnsServer().start();
    apiary = await startApiary();
    data = ['--data', apiary.folder];
    const { key, ca, keyId, teamId, topic } = server.fields;
    await apiary.client.call(NOTIFICATION_ROUTES.putChannel, {
      name: 'apple',
      kind: 'apns',
      settings: { ca, keyId, teamId, topic, server: server.address, privateAddress: true },
      secrets: { key },
    });
    const device = { kind: 'apns' as const, name: 'phone', token: 'ab'.repeat(32) };
    await apiary.client.call(NOTIFICATION_ROUTES.registerDevice, device);
    const targets = ['targets', 'add', '--agents', 'all', '--history', `file://${file}`, ...data];
    expect(await runCli(targets)).toMatchObject({ code: 0, stderr: '' });
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function alerts(...flags: string[]): Promise<ShownAlert[]> {
    const { stdout } = await runCli(['alerts', 'list', '--json', ...flags, ...data]);
    return JSON.parse(stdout).alerts;
  }

  const found = (rule: string, code?: string) =>
    eventually(async () => {
      const all = await alerts();
      return all.find((each) => each.rule === rule && (!code || each.group.code === code));
    }, `an alert of ${rule}`);

  const pushed = (code: string) =>
    server.pushes.filter(({ payload }) => JSON.stringify(payload).includes(`code ${code}.`));

  const burst = (code: string) => appendFileSync(file, `kestrel code=${code}\n`.repeat(3));

  it('takes rules from a file, once, and gives them back', async () => {
    const apply = ['alerts', 'apply', join(folder, 'rules.yaml'), ...data];
    expect((await runCli(apply)).stdout).toBe('made app-errors\nmade app-is-silent\n');
    expect((await runCli(apply)).stdout).toBe('same app-errors\nsame app-is-silent\n');
    const { stdout } = await runCli(['alerts', 'export', ...data]);
    expect(stdout).toContain('id: app-errors');
    expect(stdout).toContain('window: 1m');
  }, 60_000);

  it('pushes a burst to the phone, with its lines, and lets it be acknowledged', async () => {
    burst('first');
    const alert = await found('app-errors', 'first');
    expect(alert.lines.filter(({ matching }) => matching)).toHaveLength(3);
    await eventually(async () => (pushed('first').length > 0 ? true : undefined), 'a push');
    const acked = await runCli(['alerts', 'ack', alert.id, ...data]);
    expect(acked.stdout).toBe(`acknowledged ${alert.id}\n`);
    const shown = await runCli(['alerts', 'show', alert.id, ...data]);
    expect(shown.stdout).toContain('> ');
    expect(shown.stdout).toContain('acknowledged by');
  }, 60_000);

  it('tells what reached each device last, and tests one alone', async () => {
    const listed = await runCli(['devices', ...data]);
    expect(listed.stdout).toMatch(/apns +phone .*delivered .*code first\./);
    expect((await runCli(['channels', ...data])).stdout).toMatch(/^apple +apns .*delivered /m);
    const { devices } = JSON.parse((await runCli(['devices', '--json', ...data])).stdout);
    const before = server.pushes.length;
    const tested = await runCli(['devices', 'test', devices[0].id, ...data]);
    expect(tested).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sent to phone in /) });
    expect(server.pushes).toHaveLength(before + 1);
    expect((await runCli(['devices', 'test', 'nobody', ...data])).code).not.toBe(0);
  }, 60_000);

  it('never judges what the file held before', async () => {
    expect((await alerts('--all')).map(({ group }) => group.code)).not.toContain('old');
  }, 60_000);

  it('misses a service that falls silent', async () => {
    await found('app-is-silent');
  }, 60_000);

  it('goes on where it was after kill -9 of each process', async () => {
    for (const name of ['hive', 'honeycomb', 'broker', 'bee']) {
      const pid = apiary.children()[name];
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      burst(name);
      await eventually(async () => (pushed(name).length > 0 ? true : undefined), `${name}: a push`);
    }
    const keys = server.pushes.map(({ id }) => id);
    expect(pushed('first').length).toBeLessThanOrEqual(3);
    expect(new Set(keys).size).toBe(keys.length);
  }, 120_000);

  it('tries a rule on what is stored, old lines included', async () => {
    const { stdout } = await runCli(['alerts', 'try', 'app-errors', '--from', '1h', ...data]);
    expect(stdout).toContain('code old.');
    expect(stdout).toContain('It would have fired 6 times on 18 matching lines.');
  }, 60_000);

  it('tries the rules of a file that was not applied', async () => {
    const ruled =
      'rules: [{ name: Twice, query: kestrel, condition: { type: count, count: 2, window: 1m } }';
    writeFileSync(
      join(folder, 'new.yaml'),
      `${ruled},\n  { name: Never, query: osprey, condition: { type: count, count: 1, window: 1m } }]`,
    );
    const attempt = ['alerts', 'try', join(folder, 'new.yaml'), '--from', '1h', ...data];
    const { stdout } = await runCli(attempt);
    expect(stdout).toMatch(
      /^Twice:\n[\s\S]*It would have fired [1-9]\d* times on 18 matching lines\.\n/,
    );
    expect(stdout).toMatch(/Never:\nIt would have fired 0 times on 0 matching lines\.\n$/);
    const { rules } = JSON.parse((await runCli([...attempt, '--json'])).stdout);
    expect(rules).toMatchObject([{ rule: 'Twice' }, { rule: 'Never', alerts: [], examined: 0 }]);
    const exported = await runCli(['alerts', 'export', ...data]);
    expect(exported.stdout).not.toContain('name: Twice');
    const open = `${ruled}, { name: Open, query: '"x', condition: { type: count, count: 1, window: 1m } }]`;
    writeFileSync(join(folder, 'open.yaml'), open);
    const wrong = await runCli(['alerts', 'try', join(folder, 'open.yaml'), ...data]);
    expect(wrong.stderr).toContain('Open: "x: This quote is not closed.');
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    const gone = await runCli(['alerts', 'try', join(folder, 'gone.yaml'), ...data]);
    expect(gone).toMatchObject({ code: 2 });
    expect(gone.stderr).toContain('cannot be read');
  }, 60_000);

  it('lists the alerts of one rule alone', async () => {
    const rules = async (...flags: string[]) =>
      (await alerts('--all', ...flags)).map((each) => each.rule);
    expect(new Set(await rules('--rule', 'app-errors'))).toEqual(new Set(['app-errors']));
    expect(new Set(await rules()).size).toBeGreaterThan(1);
    expect(await rules('--rule', 'nobody')).toEqual([]);
  }, 60_000);

  it('keeps silences and maintenance windows, shows them and ends them', async () => {
    const window = ['--every', 'mon-wed,sun', '--at', '02:30', '--zone', 'Europe/Berlin'];
    const made = await runCli([
      ...['alerts', 'silence', 'all', 'host=web-*', '--for', '2h', ...window],
      ...['--reason', 'backups', ...data],
    ]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const listed = await runCli(['alerts', 'silences', ...data]);
    const words = 'mon,tue,wed,sun at 02:30 Europe/Berlin for 120 min';
    expect(listed.stdout).toContain(words);
    expect(listed.stdout).toContain('host=web-*');
    expect(listed.stdout).toContain('backups');
    const id = /\((\S+)\)\n$/.exec(made.stdout)?.[1] ?? '';
    const ended = await runCli(['alerts', 'unsilence', id, ...data]);
    expect(ended.stdout).toBe(`ended ${id}\n`);
    expect((await runCli(['alerts', 'silences', ...data])).stdout).not.toContain(words);
    const wrong = await runCli(['alerts', 'silence', 'all', '--every', 'often', ...data]);
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain('expected daily, mon-fri or sat,sun');
  }, 60_000);

  it('proposes rules, and makes the ones that are chosen', async () => {
    expect((await runCli(['alerts', 'starters', ...data])).stdout).toContain('segfault');
    const add = ['alerts', 'starters', 'add', 'segfault', '--channels', 'apple', ...data];
    expect((await runCli(add)).stdout).toBe('made segfault\n');
    expect((await runCli(['alerts', 'starters', ...data])).stdout).not.toContain('segfault');
    expect((await runCli(['alerts', 'export', ...data])).stdout).toContain('id: segfault');
    expect((await runCli(add)).stderr).toContain('No rule segfault is proposed.');
  }, 60_000);

  it('says what is wrong, and where', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'rules: [{ name: A, condition: { type: count } }]');
    const bad = await runCli(['alerts', 'apply', join(folder, 'bad.yaml'), ...data]);
    expect(bad.code).not.toBe(0);
    expect(bad.stderr).toContain('rules.1.condition.count');
    const silence = await runCli(['alerts', 'silence', 'app-errors', 'code=x*', ...data]);
    expect(silence.stdout).toContain('quiet until');
  }, 60_000);

  it('says when a maintenance window is quiet next', async () => {
    const silence = [
      'alerts',
      'silence',
      'app-errors',
      'code=5*',
      '--every',
      'daily',
      '--at',
      '00:00',
    ];
    const made = await runCli([...silence, '--for', '24h', '--zone', 'UTC', ...data]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await runCli(['alerts', 'silences', ...data]);
    expect(stdout).toMatch(/app-errors +code=5\* .* now, until \d{4}-/);
  }, 60_000);
});
