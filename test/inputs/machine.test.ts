/** Inputs that look at the machine themselves: metrics and checks. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Rig } from '../tailing/rig.ts';
import { bodiesOf } from './input-contract.ts';

const PLUGINS = '/usr/lib/nagios/plugins';
let rig: Rig;

beforeEach(async () => {
  rig = await new Rig().open();
});

afterEach(() => rig.close());

const stored = () => bodiesOf(rig).map((body) => JSON.parse(body));

describe('metrics', () => {
  test('give the figures of this machine at each interval', async () => {
    await rig.start();
    await rig.watch(['metrics:?interval=5']);
    await rig.until(() => stored().filter(({ metric }) => metric === 'cpu').length >= 2);
    const memory = stored().find(({ metric }) => metric === 'memory');
    expect(memory.total_bytes).toBeGreaterThan(memory.available_bytes);
    expect(memory.available_bytes).toBeGreaterThan(0);
    const [cpu, later] = stored().filter(({ metric }) => metric === 'cpu');
    expect(cpu.cores).toBeGreaterThan(0);
    expect(Date.parse(later.time) - Date.parse(cpu.time)).toBeGreaterThanOrEqual(5_000);
    const space = stored().find(({ metric }) => metric === 'filesystem');
    expect(space.used_percent).toBeLessThanOrEqual(100);
    expect(rig.store.runs.map(({ file }) => file)).toContain('metrics:load');
  });

  test('refuse an interval that is none', async () => {
    await rig.start();
    await rig.watch(['metrics:?interval=0']);
    expect(rig.report()).toMatchObject({ state: 'failed' });
  });
});

/** The Bee's time runs ahead of real programs here: what is not to be killed has `timeout=3600`. */
describe('checks', () => {
  const plugin = (name: string, text: string) => {
    const folder = join(rig.folder, 'plugins');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
    rig.checks = { folders: [folder], allowArguments: false };
  };

  test("Debian's plugins give status, output and figures", async () => {
    rig.checks = { folders: [PLUGINS], allowArguments: true };
    await rig.start();
    await rig.watch([
      'check:check_disk?timeout=3600&arg=-w&arg=1%25&arg=-p&arg=/',
      'check:check_load?timeout=3600',
    ]);
    await rig.until(() => stored().length >= 2);
    const disk = stored().find(({ check }) => check === 'check_disk');
    expect(disk).toMatchObject({ status: 'OK', exit: 0, level: 'info' });
    expect(disk.perfdata['/']).toMatchObject({
      value: expect.any(Number),
      unit: expect.stringMatching(/B$/),
    });
    expect(stored().map(({ check }) => check)).toContain('check_load');
  });

  test('a failing check has its exit code, its words and its level, at each interval', async () => {
    plugin('check_x', 'echo "BAD things | a=1s;2;3 \'b c\'=4%;;;0;100"; echo more; exit 2');
    await rig.start();
    await rig.watch(['check:check_x?interval=10&timeout=3600']);
    await rig.until(() => stored().length >= 2);
    expect(stored()[0]).toMatchObject({
      level: 'error',
      status: 'CRITICAL',
      exit: 2,
      output: 'BAD things',
      details: 'more',
      perfdata: {
        a: { value: 1, unit: 's', warn: '2', crit: '3' },
        'b c': { value: 4, unit: '%', min: 0, max: 100 },
      },
    });
  });

  test('one that hangs is killed with what it started, and counts as unknown', async () => {
    plugin('check_hangs', 'sleep 1000 & sleep 1000');
    await rig.start();
    await rig.watch(['check:check_hangs?timeout=1']);
    await rig.until(() => stored().length >= 1);
    expect(stored()[0]).toMatchObject({
      status: 'UNKNOWN',
      output: expect.stringContaining('killed'),
    });
  });

  test.each([
    ['check:check_x?arg=-w', 'takes no arguments'],
    ['check:check_y', 'in none of'],
    ['check:..', 'name a plugin'],
  ])('%s is refused', async (url, reason) => {
    plugin('check_x', 'true');
    await rig.start();
    await rig.watch([url]);
    expect(rig.report()?.reason).toContain(reason);
  });
});
