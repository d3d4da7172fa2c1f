import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
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
});

afterEach(() => rig.close());

describe('where reading begins', () => {
  test('a file that existed is read from its end, one that comes later from its beginning', async () => {
    log.lines(10);
    const before = log.written.splice(0);
    const other = new LogWriter(join(rig.logs, 'other.log'), 'other');
    await rig.start();
    await rig.watch([`file://${rig.logs}/*.log`]);
    log.lines(5);
    other.lines(5);
    await rig.settle([...log.written, ...other.written]);
    expect(rig.store.compare([...log.written, ...other.written])).toEqual(CLEAN);
    expect(rig.store.lines()).not.toContain(before[0]);
    expect(rig.store.runs.every((run) => !run.history)).toBe(true);
  });

  test('with history, what it held is sent and marked, and what follows is not', async () => {
    log.lines(10);
    const before = [...log.written];
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`], { history: true });
    await rig.settle(before);
    log.lines(10);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    const history = rig.store.runs.filter((run) => run.history);
    expect(history.reduce((sum, run) => sum + run.sourceLengths.length, 0)).toBe(10);
  });

  test('a line that is being written when the target is set is sent whole', async () => {
    log.lines(3);
    log.written.splice(0);
    const line = log.next();
    log.raw(line.slice(0, 8));
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    await rig.advance(20_000);
    expect(rig.store.runs).toEqual([]);
    log.raw(`${line.slice(8)}\n`);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('a file that came while Bee was stopped is read from its beginning', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/*.log`]);
    await rig.stop();
    log.lines(10);
    await rig.start();
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 9: files with the same head and shorter than it are told apart', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/*.log`]);
    const names = ['a', 'b', 'ab'];
    for (const name of names) writeFileSync(join(rig.logs, `${name}.log`), '# the same head\n');
    const heads = () => rig.store.lines().filter((line) => line === '# the same head');
    await rig.until(() => heads().length === 3);
    await rig.advance(15_000);
    expect(heads()).toHaveLength(3);
    const writers = names.map((name) => new LogWriter(join(rig.logs, `${name}.log`), name));
    for (const writer of writers) writer.lines(5);
    const written = writers.flatMap((writer) => writer.written);
    await rig.settle(written);
    expect(rig.store.compare(written)).toMatchObject({ lost: [], doubled: [] });
    expect(rig.store.generations()).toHaveLength(3);
  });
});

describe('lines', () => {
  test('case 11: a line longer than a message is sent in parts that join byte for byte', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(3);
    const long = `long ${'0123456789é'.repeat(70_000)}`;
    const latin = Buffer.from(long).toString('latin1');
    log.raw(`${long}\n`);
    log.written.push(latin);
    log.lines(3);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    expect(rig.store.runs.filter((run) => run.endsMidRecord).length).toBeGreaterThan(1);
    for (const run of rig.store.runs) {
      const before = rig.store.runs.find((other) => other.to === run.from);
      expect(run.startsMidRecord).toBe(before?.endsMidRecord ?? false);
    }
  });

  test('case 12: a last line without its newline waits, is sent when idle, and is continued', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(2);
    await rig.settle(log.written);
    log.raw('begun');
    await rig.advance(3_000);
    expect(rig.store.lines()).not.toContain('begun');
    await rig.until(() => rig.store.lines().includes('begun'));
    await rig.advance(500);
    await rig.stop();
    await rig.start();
    log.raw(' and ended\n');
    log.written.push('begun and ended');
    log.lines(2);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    expect(rig.store.runs.filter((run) => run.startsMidRecord)).toHaveLength(1);
  });

  test('bytes are left as they are: CRLF, NULs, and what is no UTF-8', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    const bytes = Buffer.from('windows\r\na\0b\n\xff\xfe bad\n\n\0\0three\n', 'latin1');
    log.raw(bytes);
    await rig.until(() => rig.store.runs.length > 0);
    await rig.advance(1_000);
    expect(rig.store.generations()[0]?.pieces).toEqual([{ from: 0, data: bytes }]);
    expect(rig.store.lines()).toHaveLength(5);
  });

  test('case 12: the unfinished line of a rotated file is sent', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(2);
    log.raw('never ended');
    log.written.push('never ended');
    await rig.advance(500);
    log.rename();
    log.lines(2);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });
});

describe('what interrupts', () => {
  test('case 22: nothing is read while nothing is confirmed, and it resumes by itself', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    rig.broker.holdConfirms();
    for (let round = 0; round < 40; round++) {
      log.raw(`${log.next()} ${'x'.repeat(120_000)}\n`);
      log.written[log.written.length - 1] += ` ${'x'.repeat(120_000)}`;
    }
    await rig.advance(3_600_000 / 60);
    const { read, confirmed, seen } = rig.bee.ledger.entries()[0] ?? {
      read: 0,
      confirmed: 0,
      seen: 0,
    };
    expect(confirmed).toBe(0);
    expect(read).toBeLessThanOrEqual(9 * 256 * 1024);
    expect(seen).toBeGreaterThan(read);
    rig.broker.releaseConfirms();
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('a cut connection loses nothing', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    for (let round = 0; round < 10; round++) {
      log.lines(100);
      await rig.advance(round * 20);
      rig.bus.cut();
      log.lines(100);
      await rig.advance(300);
      rig.bus.restore();
    }
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 21: crashes at any moment lose and double nothing', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log*`]);
    for (let round = 0; round < 12; round++) {
      log.lines(200);
      await rig.advance((round * 350) % 1_700);
      if (round % 4 === 1) rig.broker.holdConfirms();
      log.lines(200);
      await rig.advance((round * 150) % 700);
      rig.crash();
      rig.broker.releaseConfirms();
      if (round % 3 === 0) log.rename();
      await rig.start();
    }
    log.lines(10);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 20: a torn checkpoint is put aside and the one before is used', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(10);
    await rig.settle(log.written);
    log.lines(10);
    await rig.settle(log.written);
    await rig.stop();
    writeFileSync(join(rig.data, 'checkpoint.json'), 'crc32:00000000\n{"version":1,"targ');
    log.lines(10);
    await rig.start();
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });

  test('case 24: a clock that jumps back changes nothing', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/app.log`]);
    log.lines(10);
    await rig.settle(log.written);
    const now = rig.clock.now;
    rig.clock.now = () => now.call(rig.clock) - 86_400_000;
    log.lines(10);
    await rig.settle(log.written);
    log.rename();
    log.lines(10);
    await rig.settle(log.written);
    expect(rig.store.lines()).toEqual(log.written);
  });

  for (const approval of ['revoked', 'refused', 'pending'] as const) {
    test(`a Bee that is ${approval} sends no data, and goes on when it is approved`, async () => {
      await rig.start();
      await rig.watch([`file://${rig.logs}/app.log`]);
      log.lines(10);
      await rig.settle(log.written);
      await rig.welcome(approval);
      const runs = rig.store.runs.length;
      log.lines(10);
      await rig.advance(10_000);
      expect(rig.store.runs).toHaveLength(runs);
      await rig.welcome('approved');
      await rig.settle(log.written);
      expect(rig.store.compare(log.written)).toEqual(CLEAN);
    });
  }
});

describe('what a target may be', () => {
  test('what is outside the allowed folders fails with what to do', async () => {
    rig.allow = [rig.logs];
    mkdirSync(rig.logs, { recursive: true });
    await rig.start();
    await rig.watch(['file:///etc/passwd', `file://${rig.data}/identity.key`]);
    expect(rig.report('t0')).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('--allow'),
    });
    expect(rig.report('t1')).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('belongs to the Bee'),
    });
  });

  test('a file that does not exist is waited for', async () => {
    await rig.start();
    await rig.watch([`file://${rig.folder}/later/deep/x.log`]);
    expect(rig.report()).toMatchObject({ state: 'waiting' });
    const late = new LogWriter(join(rig.folder, 'later/deep/x.log'));
    late.lines(3);
    await rig.settle(late.written);
    await rig.advance(1_000);
    expect(rig.store.compare(late.written)).toEqual(CLEAN);
    expect(rig.report()).toMatchObject({ state: 'active', files: 1 });
  });

  test('a scheme without an input and a wrong URL fail with a reason', async () => {
    await rig.start();
    await rig.watch(['pigeon:', 'file://relative.log', `file://${rig.logs}`, 'file:///dev/null']);
    expect(rig.report('t0')?.reason).toContain('pigeon:');
    expect(rig.report('t1')?.reason).toContain('file://');
    expect(rig.report('t2')?.reason).toContain('no regular file');
    expect(rig.report('t3')).toMatchObject({ state: 'failed' });
  });

  test('case 23: two thousand files are read, each once', async () => {
    await rig.start();
    await rig.watch([`file://${rig.logs}/**/*.log`]);
    const written: string[] = [];
    for (let folder = 0; folder < 20; folder++) {
      mkdirSync(join(rig.logs, `d${folder}`), { recursive: true });
      for (let file = 0; file < 100; file++) {
        const line = `file ${folder} ${file}`;
        const fd = openSync(join(rig.logs, `d${folder}`, `${file}.log`), 'a');
        writeSync(fd, `${line}\n`);
        closeSync(fd);
        written.push(line);
      }
    }
    await rig.settle(written);
    expect(rig.store.compare(written)).toEqual(CLEAN);
    expect(rig.report()).toMatchObject({ state: 'active', files: 2_000 });
  });
});

describe('sizes that are not to be believed', () => {
  test('case 19: a file that looks shorter for a moment is not read anew', async () => {
    await rig.start();
    await rig.watch([`file://${log.path}`]);
    log.lines(200);
    await rig.settle(log.written);
    const content = readFileSync(log.path);
    for (let round = 0; round < 10; round++) {
      // What a network file system shows from its cache: an old size, and the true one a moment later.
      truncateSync(log.path, content.length - 100 * (round + 1));
      await rig.advance(50);
      writeFileSync(log.path, content);
      await rig.advance(1_000);
    }
    log.lines(20);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    expect(rig.store.generations()).toHaveLength(1);
  });

  test('case 19: one that stays shorter is another generation', async () => {
    await rig.start();
    await rig.watch([`file://${log.path}`]);
    log.lines(200);
    await rig.settle(log.written);
    truncateSync(log.path, 0);
    await rig.advance(1_000);
    log.lines(20);
    await rig.settle(log.written);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
    expect(rig.store.generations()).toHaveLength(2);
  });
});
