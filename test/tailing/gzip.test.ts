import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
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

/** The system's own gzip, which keeps the time of the last change. */
const gzip = (path: string) => execFileSync('gzip', [path]);

async function begin(glob = 'app.log', history = false): Promise<void> {
  await rig.start();
  await rig.watch([`file://${rig.logs}/${glob}`], { history });
}

async function expectClean(): Promise<void> {
  await rig.settle(log.written);
  expect(rig.store.compare(log.written)).toEqual(CLEAN);
}

describe('gzipped files', () => {
  test.each(['stopped', 'killed'])(
    'case 10: a file that is rotated and gzipped while Bee is %s is read on from the gz file',
    async (how) => {
      await begin();
      log.lines(50);
      await rig.settle(log.written);
      if (how === 'killed') rig.crash();
      else await rig.stop();
      log.lines(5_000);
      log.rename();
      gzip(`${log.path}.1`);
      log.lines(10);
      await rig.start();
      await expectClean();
      const [first] = rig.store.generations();
      // One generation with uncompressed offsets, from the plain file to the gz file.
      expect(first?.lines).toHaveLength(5_050);
      expect(first?.pieces).toHaveLength(1);
      await rig.stop();
      await rig.start();
      await expectClean();
    },
  );

  test('case 10: a gz file of several members is read on as one', async () => {
    await begin();
    log.lines(50);
    await rig.settle(log.written);
    await rig.stop();
    log.lines(200);
    log.rename();
    const plain = readFileSync(`${log.path}.1`);
    const parts = [plain.subarray(0, 700), plain.subarray(700, 701), plain.subarray(701)];
    writeFileSync(`${log.path}.1.gz`, Buffer.concat(parts.map((part) => gzipSync(part))));
    rmSync(`${log.path}.1`);
    await rig.start();
    await expectClean();
  });

  test('case 10: one that was made, rotated and gzipped unseen is read whole, in its turn', async () => {
    await begin();
    log.lines(50);
    await rig.settle(log.written);
    await rig.stop();
    log.lines(5);
    for (let round = 0; round < 3; round++) {
      for (let n = round; n > 0; n--) renameSync(`${log.path}.${n}.gz`, `${log.path}.${n + 1}.gz`);
      log.rename(0);
      gzip(`${log.path}.1`);
      log.lines(20);
    }
    log.lines(10);
    await rig.start();
    await expectClean();
  });

  test('case 10: what was unpacked does not pass for younger than a file that nobody has seen yet', async () => {
    await begin();
    log.lines(50);
    await rig.settle(log.written);
    await rig.stop();
    log.lines(50);
    log.rename();
    gzip(`${log.path}.1`);
    log.lines(10);
    // Older than the unpacking, and seen by nobody until it has been rotated.
    const unseen = join(rig.logs, 'staged');
    for (let n = 0; n < 10; n++) appendFileSync(unseen, `${log.next()}\n`);
    await rig.start();
    await rig.settle(log.written.slice(0, -10));
    await rig.stop();
    renameSync(log.path, `${log.path}.2`);
    renameSync(unseen, `${log.path}.1`);
    log.lines(10);
    await rig.start();
    await expectClean();
  });

  test('case 10: one whose plain file was read is not read again, whatever the target names', async () => {
    await begin('*', true);
    for (let round = 0; round < 4; round++) {
      log.lines(20);
      await rig.settle(log.written);
      for (let n = round; n > 0; n--) renameSync(`${log.path}.${n}.gz`, `${log.path}.${n + 1}.gz`);
      log.rename(0);
      gzip(`${log.path}.1`);
      await rig.advance(1_000);
    }
    log.lines(3);
    await rig.stop();
    await rig.start();
    await expectClean();
  });

  test('case 10: history that is gzipped is sent and marked, and read once', async () => {
    const old = join(rig.logs, 'old.log.2.gz');
    const lines = Array.from({ length: 30_000 }, (_, n) => `old line ${n}`);
    mkdirSync(rig.logs, { recursive: true });
    writeFileSync(old, gzipSync(`${lines.join('\n')}\n`));
    await begin('*.gz', true);
    await rig.settle(lines);
    expect(rig.store.compare(lines)).toEqual(CLEAN);
    expect(rig.store.runs.every(({ history }) => history)).toBe(true);
    await rig.stop();
    renameSync(old, join(rig.logs, 'old.log.3.gz'));
    await rig.start();
    await rig.settle(lines);
    expect(rig.store.compare(lines)).toEqual(CLEAN);
    expect(rig.report()).toMatchObject({ state: 'active', files: 1 });
  });

  test('without history a gz file that was there is not read, and one that comes is', async () => {
    mkdirSync(rig.logs, { recursive: true });
    writeFileSync(join(rig.logs, 'a.log.gz'), gzipSync('there before\n'));
    await begin('*.gz');
    writeFileSync(join(rig.logs, 'b.log.gz'), gzipSync('came later\n'));
    await rig.settle(['came later']);
    expect(rig.store.lines()).toEqual(['came later']);
    await rig.stop();
    await rig.start();
    await rig.advance(3_000);
    expect(rig.store.lines()).toEqual(['came later']);
  });

  test('one that is still being written is read when it is complete', async () => {
    await begin('*.gz');
    const packed = gzipSync(
      `${Array.from({ length: 9_000 }, (_, n) => `packed ${n * n}`).join('\n')}\n`,
    );
    const path = join(rig.logs, 'c.log.gz');
    mkdirSync(rig.logs, { recursive: true });
    writeFileSync(path, packed.subarray(0, packed.length / 2));
    await rig.advance(3_000);
    expect(rig.store.lines()).toEqual([]);
    appendFileSync(path, packed.subarray(packed.length / 2));
    const written = Array.from({ length: 9_000 }, (_, n) => `packed ${n * n}`);
    await rig.settle(written);
    expect(rig.store.compare(written)).toEqual(CLEAN);
  });

  test('a gz file that is older than what was read of its log is left alone', async () => {
    await begin('*');
    log.lines(20);
    await rig.settle(log.written);
    const path = join(rig.logs, 'app.log.7.gz');
    writeFileSync(path, gzipSync('from long ago\n'));
    utimesSync(path, 1_000, 1_000);
    await rig.advance(3_000);
    expect(rig.store.compare(log.written)).toEqual(CLEAN);
  });
});
