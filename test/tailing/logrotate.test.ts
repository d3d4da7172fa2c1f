import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogWriter } from './log-writer.ts';
import { Rig } from './rig.ts';

const CLEAN = { lost: [], doubled: [], broken: [] };
let rig: Rig;
let log: LogWriter;

beforeEach(async () => {
  rig = await new Rig().open();
  log = new LogWriter(join(rig.logs, 'app.log'));
  log.lines(1);
});

afterEach(() => rig.close());

/** Debian's own logrotate, forced, with a configuration of these words. */
function logrotate(words: string): void {
  const folder = join(rig.folder, 'logrotate');
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'config');
  writeFileSync(config, `${log.path} {\n  rotate 9\n  ${words.replaceAll(';', '\n  ')}\n}\n`);
  const argv = ['--force', '--state', join(folder, 'state'), config];
  const done = spawnSync('/usr/sbin/logrotate', argv, { encoding: 'utf8' });
  const rotated = readdirSync(rig.logs).some((name) => name.startsWith('app.log.'));
  if (done.status !== 0 || !rotated) throw new Error(`logrotate: ${done.stderr}`);
}

describe("Debian's logrotate", () => {
  test.each([
    'nocreate',
    'create',
    'copytruncate',
    'create;compress',
    'nocreate;compress;delaycompress',
  ])('%s, five times, loses and doubles nothing', async (words) => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/*`], { history: true });
    for (let round = 0; round < 5; round++) {
      log.lines(20);
      // What is compressed at once or copied has to be read before.
      await rig.settle(log.written);
      logrotate(words);
      log.lines(20);
      await rig.advance(400);
    }
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test.each(['create', 'copytruncate'])('%s while the Bee is down', async (words) => {
    await rig.start();
    await rig.watch([`file://${log.path}`], { history: true });
    await rig.settle(log.written);
    await rig.stop();
    log.lines(20);
    logrotate(words);
    log.lines(20);
    await rig.start();
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });
});
