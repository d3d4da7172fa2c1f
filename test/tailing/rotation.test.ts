import {
  closeSync,
  ftruncateSync,
  openSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fileClockTicks } from './file-clock.ts';
import { LogWriter } from './log-writer.ts';
import { Rig } from './rig.ts';

const CLEAN = { lost: [], doubled: [], broken: [] };
let rig: Rig;
let log: LogWriter;

beforeEach(async () => {
  rig = await new Rig().open();
  log = new LogWriter(join(rig.logs, 'app.log'));
});

afterEach(() => rig.close());

describe('rotation by renaming', () => {
  for (const glob of ['app.log', 'app.log*']) {
    test(`loses and doubles nothing when the target is ${glob}`, async () => {
      await rig.start();
      await rig.watch([`file://${rig.logs}/${glob}`]);
      for (let round = 0; round < 6; round++) {
        log.lines(50);
        await rig.advance(500 + round * 40);
        log.rename();
      }
      log.lines(20);
      await rig.settle(log.written);
      expect(rig.store.compare(log.written)).toEqual(CLEAN);
      expect(rig.report()).toMatchObject({ state: 'active' });
    });
  }

  test('case 6: two rotations while nothing can be sent lose nothing and keep the order', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(10);
    await rig.settle(log.written);
    rig.bus.cut();
    for (let round = 0; round < 2; round++) {
      log.lines(500);
      await rig.advance(1_500);
      log.rename();
    }
    log.lines(10);
    await rig.advance(1_500);
    rig.bus.restore();
    await rig.settle(log.written);
    expect(rig.store.lines()).toEqual(log.written);
  });

  test('case 7: late writes to the renamed file are read', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    const fd = log.open();
    log.lines(10, fd);
    await rig.advance(500);
    log.rename();
    log.lines(5);
    await rig.advance(5_000);
    log.lines(5, fd);
    await rig.advance(10_000);
    log.lines(5, fd);
    closeSync(fd);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('a deleted file is read to its end', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    const fd = log.open();
    log.lines(10, fd);
    await rig.advance(500);
    unlinkSync(log.path);
    log.lines(10, fd);
    closeSync(fd);
    await rig.settle(log.written);
    await rig.advance(60_000);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    expect(rig.report()).toMatchObject({ state: 'waiting' });
  });

  for (const crash of [false, true]) {
    const how = crash ? 'killed' : 'stopped';
    test(`case 8: files that were made and rotated away while Bee is ${how} are read`, async () => {
      await rig.start();
      await rig.watch([`file://${rig.logs}/*.log`]);
      log.lines(20);
      await rig.settle(log.written);
      if (crash) rig.crash();
      else await rig.stop();
      for (let rotation = 0; rotation < 3; rotation += 1) {
        fileClockTicks(rig.logs);
        log.rename();
        log.lines(20);
      }
      await rig.start();
      await rig.settle(log.written);
      expect(rig.store.compare(log.written)).toEqual(CLEAN);
    });
  }

  for (const crash of [false, true]) {
    test(`case 8: a rotation while Bee is ${crash ? 'killed' : 'stopped'} loses nothing`, async () => {
      await rig.start();
      await rig.watch([`file://${rig.logs}/app.log`]);
      log.lines(100);
      await rig.settle(log.written);
      if (crash) rig.crash();
      else await rig.stop();
      log.lines(100);
      log.rename();
      log.lines(100);
      await rig.start();
      await rig.settle(log.written);
      expect(rig.store.compare(log.written)).toEqual(CLEAN);
    });
  }

  test('case 16: delete and immediate re-creation is picked up', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(10);
    await rig.settle(log.written);
    for (let round = 0; round < 5; round++) {
      unlinkSync(log.path);
      log.lines(3 + round);
      await rig.settle(log.written);
    }
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 1: an inode that is used again is a new generation', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(50);
    await rig.settle(log.written);
    await rig.stop();
    const { ino } = statSync(log.path);
    unlinkSync(log.path);
    log.lines(60);
    const isSameInode = statSync(log.path).ino === ino;
    await rig.start();
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    expect({ isSameInode, generations: rig.store.generations().length }).toMatchObject({
      generations: 2,
    });
  });
});

describe('rotation by copying and truncating', () => {
  for (const glob of ['app.log', 'app.log*']) {
    test(`case 4: the copy is not sent again when the target is ${glob}`, async () => {
      await rig.start();
      await rig.watch([`file://${rig.logs}/${glob}`]);
      for (let round = 0; round < 4; round++) {
        log.lines(60);
        await rig.settle(log.written);
        log.copyTruncate();
        log.lines(30);
        await rig.settle(log.written);
      }
      await rig.advance(10_000);
      expect(rig.store.compare(log.written)).toEqual(CLEAN);
    });
  }

  test('case 4: lines that only the copy holds are read from it', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(20);
    await rig.settle(log.written);
    log.lines(20);
    log.copyTruncate();
    log.lines(5);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 4: a copy that is seen before the truncation is not sent', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log*`]);
    log.lines(20);
    await rig.settle(log.written);
    writeFileSync(`${log.path}.1`, '');
    const content = log.written.map((line) => `${line}\n`).join('');
    await rig.advance(300);
    writeFileSync(`${log.path}.1`, content.slice(0, 100));
    await rig.advance(1_000);
    writeFileSync(`${log.path}.1`, content);
    await rig.advance(1_000);
    writeFileSync(log.path, '');
    log.lines(10);
    await rig.settle(log.written);
    await rig.advance(20_000);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 4: while Bee is stopped nothing is doubled and the copy gives the rest', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log*`]);
    log.lines(20);
    await rig.settle(log.written);
    await rig.stop();
    log.lines(20);
    log.copyTruncate();
    log.lines(50);
    await rig.start();
    await rig.settle(log.written);
    await rig.advance(10_000);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 4: a kill while lines of a truncated file are unconfirmed loses none of them', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(20);
    await rig.settle(log.written);
    await rig.advance(2_000);
    rig.broker.holdConfirms();
    const stored = rig.store.runs.length;
    log.lines(20);
    await rig.until(() => rig.store.runs.length > stored);
    log.copyTruncate();
    log.lines(5);
    await rig.advance(5_000);
    rig.crash();
    rig.broker.releaseConfirms();
    await rig.start();
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 2: an offset beyond the end begins a new generation at once', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(100);
    await rig.settle(log.written);
    await rig.stop();
    writeFileSync(log.path, '');
    log.lines(3);
    await rig.start();
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 3: a file regrown past the offset between two looks is read anew', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(10);
    await rig.settle(log.written);
    writeFileSync(log.path, '');
    log.lines(100);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    expect(rig.store.generations()).toHaveLength(2);
  });

  test('case 5: the hole that a writer without O_APPEND leaves is skipped', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    const fd = openSync(log.path, 'w');
    for (let index = 0; index < 2_000; index++) writeSync(fd, `${log.next()}\n`);
    await rig.settle(log.written);
    ftruncateSync(fd, 0);
    for (let index = 0; index < 50; index++) writeSync(fd, `${log.next()}\n`);
    closeSync(fd);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 15: truncate and rewrite, many times, leave one reader', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log*`]);
    for (let round = 0; round < 10; round++) {
      writeFileSync(log.path, '');
      await rig.advance(round % 2 === 0 ? 0 : 300);
      log.lines(20 + round);
      await rig.settle(log.written);
    }
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    expect(rig.bee.ledger.entries()).toHaveLength(1);
    rmSync(log.path);
  });
});
