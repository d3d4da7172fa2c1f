import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Rig } from '../tailing/rig.ts';
import { bodiesOf, describeInput } from './input-contract.ts';
import { runProgram } from './senders.ts';

const WRITER = '/lib/systemd/systemd-journal-remote';
const BOOT = '1'.repeat(32);
let timeMicros = 1_740_000_000_000_000n;

/** Writes entries to a real journal file. */
async function write(url: string, entries: readonly Readonly<Record<string, string>>[]) {
  const folder = url.slice(url.indexOf('/'));
  const text = entries.map((entry) => {
    timeMicros += 1000n;
    const fields = Object.entries({ PRIORITY: '6', ...entry });
    const lines = fields.map(([name, value]) => `${name}=${value}\n`);
    return `__REALTIME_TIMESTAMP=${timeMicros}\n_BOOT_ID=${BOOT}\n${lines.join('')}\n`;
  });
  await runProgram(WRITER, ['--output', join(folder, 'test.journal'), '-'], text.join(''));
}

async function journalOf(rig: Rig): Promise<string> {
  const folder = join(rig.folder, 'journal');
  mkdirSync(folder);
  const url = `journald:?directory=${folder}`;
  await write(url, [{ MESSAGE: 'before' }]);
  return url;
}

describeInput({
  name: 'the journal',
  isUnacknowledged: true,
  url: journalOf,
  send: (url, texts) =>
    write(
      url,
      texts.map((MESSAGE) => ({ MESSAGE })),
    ),
  textOf: (body) => JSON.parse(body).message,
});

describe('the journal', () => {
  let rig: Rig;
  let url: string;

  beforeEach(async () => {
    rig = await new Rig().open();
    url = await journalOf(rig);
    await rig.start();
  });

  afterEach(() => rig.close());

  test('gives entries their fields, level and unit', async () => {
    await rig.watch([url]);
    const _SYSTEMD_UNIT = 'app.service';
    await write(url, [{ MESSAGE: 'x', PRIORITY: '3', _SYSTEMD_UNIT, _PID: '42', ORDER: '7' }]);
    await rig.until(() => bodiesOf(rig).length > 0);
    expect(JSON.parse(bodiesOf(rig)[0] ?? '')).toEqual({
      time: expect.stringMatching(/^2025-02-19T.*\d{6}Z$/),
      level: 'err',
      unit: 'app.service',
      pid: '42',
      order: '7',
      message: 'x',
    });
    expect(rig.store.runs[0]?.file).toBe('journald:app.service');
  });

  test('what was logged while the Bee was stopped is read, once, also if nothing came before', async () => {
    await rig.watch([url]);
    await rig.stop();
    await write(url, [{ MESSAGE: 'meanwhile' }]);
    await rig.start();
    await rig.until(() => bodiesOf(rig).length > 0);
    expect(bodiesOf(rig).map((body) => JSON.parse(body).message)).toEqual(['meanwhile']);
  });

  test('with history, what was there is sent and marked, and what follows is not', async () => {
    await rig.watch([url], { history: true });
    await rig.until(() => bodiesOf(rig).length > 0);
    timeMicros = BigInt(rig.clock.now() + 60_000) * 1000n;
    await write(url, [{ MESSAGE: 'after' }]);
    await rig.until(() => bodiesOf(rig).length > 1);
    expect(rig.store.runs.map(({ history }) => history)).toEqual([true, false]);
  });

  test('a folder that the owner does not allow is refused', async () => {
    await rig.watch(['journald:?directory=/usr']);
    expect(rig.report()).toMatchObject({ state: 'failed' });
    expect(rig.report()?.reason).toContain('outside the folders');
  });
});
