import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogWriter } from './log-writer.ts';
import { Rig } from './rig.ts';

const CLEAN = { lost: [], doubled: [], broken: [] };
let rig: Rig;

beforeEach(async () => {
  rig = await new Rig().open();
  mkdirSync(rig.logs);
});

afterEach(() => rig.close());

describe('links', () => {
  test('case 17: several links to one file are read once, a swapped link follows', async () => {
    const first = new LogWriter(join(rig.folder, 'pods/1.log'), 'first');
    const second = new LogWriter(join(rig.folder, 'pods/2.log'), 'second');
    first.touch();
    symlinkSync(first.path, join(rig.logs, 'link.log'));
    linkSync(first.path, join(rig.logs, 'hard.log'));
    await rig.start();
    await rig.watch([`file://${rig.logs}/*.log`]);
    first.lines(10);
    await rig.settle(first.written);
    second.lines(10);
    symlinkSync(second.path, join(rig.logs, 'next'));
    renameSync(join(rig.logs, 'next'), join(rig.logs, 'link.log'));
    first.lines(10);
    const written = [...first.written, ...second.written];
    await rig.settle(written);
    expect(rig.store.compare(written)).toEqual(CLEAN);
    expect(rig.store.generations()).toHaveLength(2);
  });

  test('a link out of the allowed folders is refused', async () => {
    rig.allow = [rig.logs];
    symlinkSync('/etc/passwd', join(rig.logs, 'passwd.log'));
    await rig.start();
    await rig.watch([`file://${rig.logs}/*.log`]);
    expect(rig.report()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('really /etc/passwd'),
    });
    expect(rig.store.runs).toEqual([]);
  });

  test('case 18: a folder that is absent for a moment is no deletion', async () => {
    const log = new LogWriter(join(rig.logs, 'mount/app.log'));
    log.lines(1);
    log.written.splice(0);
    await rig.start();
    await rig.watch([`file://${rig.logs}/mount/app.log`]);
    log.lines(10);
    await rig.settle(log.written);
    renameSync(join(rig.logs, 'mount'), join(rig.logs, 'away'));
    await rig.advance(5_000);
    renameSync(join(rig.logs, 'away'), join(rig.logs, 'mount'));
    log.lines(10);
    await rig.settle(log.written);
    renameSync(join(rig.logs, 'mount'), join(rig.logs, 'away'));
    await rig.advance(90_000);
    renameSync(join(rig.logs, 'away'), join(rig.logs, 'mount'));
    log.lines(10);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    expect(rig.store.generations()).toHaveLength(1);
    rmSync(log.path);
  });
});

/** The user of no rights, as whom root reads what it may not. */
const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;

describe('permissions', () => {
  afterEach(() => {
    if (asRoot) process.seteuid?.(0);
  });

  /** Does something as who owns the logs. */
  function asOwner(work: () => void): void {
    if (asRoot) process.seteuid?.(0);
    work();
    if (asRoot) process.seteuid?.(NOBODY);
  }

  test('case 23: a file that may not be read says so, and starts when it may', async () => {
    const log = new LogWriter(join(rig.logs, 'app.log'));
    log.touch();
    chmodSync(log.path, 0o000);
    mkdirSync(rig.data);
    if (asRoot) for (const path of [rig.folder, rig.data]) chownSync(path, NOBODY, NOBODY);
    asOwner(() => undefined);
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    expect(rig.report()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('setfacl'),
    });
    asOwner(() => {
      chmodSync(log.path, 0o644);
      log.lines(5);
    });
    await rig.settle(log.written);
    await rig.until(() => rig.report()?.state === 'active');
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 23: a folder that may not be listed says so, and its files are read when it may', async () => {
    const log = new LogWriter(join(rig.logs, 'deep', 'app.log'));
    mkdirSync(rig.data);
    if (asRoot) for (const path of [rig.folder, rig.data]) chownSync(path, NOBODY, NOBODY);
    chmodSync(join(rig.logs, 'deep'), 0o000);
    asOwner(() => undefined);
    await rig.start();
    await rig.watch([`file://${rig.logs}/*/*.log`]);
    expect(rig.report()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('setfacl'),
    });
    asOwner(() => {
      chmodSync(join(rig.logs, 'deep'), 0o755);
      log.lines(5);
    });
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });
});
