import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeliveryView } from '@apiary/common/messages/channel.ts';
import { HttpRecorder, jsonOf } from '@apiary/hive/sting/testing/http-recorder.ts';
import { ALERT_ROUTES } from '@apiary/queen/alert-routes.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { runCli } from '../harness/cli.ts';
import { eventually } from '../harness/eventually.ts';

const RULE = {
  id: 'kingfisher',
  name: 'Kingfisher',
  query: 'kingfisher',
  condition: { type: 'count' as const, count: 1, windowMs: 60_000 },
  groupBy: ['code'],
  title: 'Kingfisher {code}',
  channels: ['hook'],
  users: [],
};

describe('an alert on its way to people', () => {
  let apiary: RunningApiary;
  let hook: HttpRecorder;
  let folder: string;
  let data: readonly string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'apiary-notify-'));
    writeFileSync(join(folder, 'app.log'), '');
    hook = await new HttpRecorder(() => ({ status: 200, body: 'ok' })).start();
    apiary = await startApiary();
    data = ['--data', apiary.folder];
    const url = `file://${join(folder, 'app.log')}`;
    await apiary.client.addTargets({ agents: 'all', urls: [url], tags: [], history: false });
    await apiary.client.call(ALERT_ROUTES.putRules, { rules: [RULE] });
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    await hook.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (code: string) =>
    appendFileSync(join(folder, 'app.log'), `ERROR kingfisher code=${code}\n`);
  const fired = () =>
    hook.requests
      .map((request) => ({ key: String(request.headers['webhook-id']), body: jsonOf(request) }))
      .filter(({ body }) => body.type === 'alert.fired');
  // Its shape is asserted on where it matters.
  const dataOf = (body: Record<string, unknown>) => body.data as Record<string, string>;

  async function deliveries(...flags: string[]): Promise<DeliveryView[]> {
    const { stdout } = await runCli(['deliveries', 'list', '--json', ...flags, ...data]);
    return JSON.parse(stdout).deliveries;
  }

  it('needs a channel, which is set up and tested from the command line', async () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'shared\n');
    const add = ['channels', 'add', 'hook', 'webhook', `url=${hook.url}/in`, `secret=@${secret}`];
    expect((await runCli([...add, ...data])).code).toBe(0);
    const refused = await runCli(['channels', 'test', 'hook', ...data]);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('address-forbidden');
    expect((await runCli([...add, 'privateAddress=true', ...data])).code).toBe(0);
    const sent = await runCli(['channels', 'test', 'hook', ...data]);
    expect(sent).toMatchObject({ code: 0, stderr: '' });
    expect((await runCli(['channels', ...data])).stdout).not.toContain('shared');
  }, 60_000);

  it('arrives with its line, and a link in it acknowledges it', async () => {
    write('first');
    const found = await eventually(
      () => fired().find(({ body }) => dataOf(body).title === 'Kingfisher first'),
      'the alert arrives',
    );
    expect(JSON.stringify(found.body)).toContain('ERROR kingfisher code=first');
    const link = dataOf(found.body).acknowledgeUrl ?? '';
    expect(await (await fetch(link)).text()).toContain('<button>Acknowledge</button>');
    const before = await apiary.client.call(ALERT_ROUTES.listAlerts);
    expect(before.alerts[0]?.acknowledgedBy).toBeUndefined();
    expect(await (await fetch(link, { method: 'POST' })).text()).toContain('Acknowledged');
    const { alerts } = await apiary.client.call(ALERT_ROUTES.listAlerts);
    expect(alerts.find(({ title }) => title === 'Kingfisher first')?.acknowledgedBy).toBe(
      'hook (link)',
    );
  }, 60_000);

  it('arrives although the sender is killed in the middle of sending, with the same key', async () => {
    const codes = Array.from({ length: 10 }, (_, i) => `killed-${i}`);
    for (const _ of codes) hook.failNext({ status: 200, hang: true });
    for (const code of codes) write(code);
    const begun = await eventually(async () => {
      const waiting = await deliveries('--state', 'waiting');
      const attempted = waiting.filter(({ attempts }) => attempts.length > 0);
      return attempted.length >= 5 ? waiting : undefined;
    }, 'several are being sent');
    process.kill(apiary.children().hive ?? 0, 'SIGKILL');
    const arrived = await eventually(
      () => {
        const titles = fired().map(({ body }) => dataOf(body).title);
        return codes.every((code) => titles.includes(`Kingfisher ${code}`)) ? fired() : undefined;
      },
      'all arrive after the restart',
      90_000,
    );
    const keys = arrived.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const ended = await eventually(async () => {
      const all = await deliveries('--limit', '500');
      return all.every(({ state }) => state === 'delivered') ? all : undefined;
    }, 'all are noted as delivered');
    for (const { id } of begun) expect(ended.some((delivery) => delivery.id === id)).toBe(true);
  }, 180_000);

  it('that was refused is sent again by a person', async () => {
    hook.failNext({ status: 403, body: 'not today' });
    write('refused');
    const [dead] = await eventually(async () => {
      const found = await deliveries('--state', 'dead');
      return found.length > 0 ? found : undefined;
    }, 'it is given up');
    expect(dead?.attempts.at(-1)).toMatchObject({ outcome: 'refused', note: '403: not today' });
    expect((await runCli(['deliveries', 'resend', 'dead', ...data])).code).toBe(0);
    await eventually(
      () => fired().find(({ body }) => dataOf(body).title === 'Kingfisher refused'),
      'it arrives',
    );
  }, 60_000);
});
