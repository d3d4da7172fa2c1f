import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogWriter } from './log-writer.ts';
import { Rig } from './rig.ts';

const T = '2026-01-02T03:04:05.678901234Z';
let rig: Rig;
let log: LogWriter;

beforeEach(async () => {
  rig = await new Rig().open();
  log = new LogWriter(join(rig.logs, 'pods/default_web-1_uid/nginx/0.log'));
  log.touch();
  await rig.start();
});

afterEach(() => rig.close());

const stored = () => rig.store.lines();
const hasStored = (count: number) => rig.until(() => stored().length >= count);

describe("Kubernetes' container logs", () => {
  test('case 14: parts of stdout and stderr that are interleaved are put together for each', async () => {
    await rig.watch([`file://${rig.logs}/pods/**`]);
    log.raw(`${T} stdout P out-1 \n${T} stderr P err-1 \n${T} stdout P out-2 \n`);
    await rig.advance(50);
    log.raw(`${T} stderr F err-2\n${T} stdout F out-3\n${T} stdout F {"a":1}\n`);
    await hasStored(3);
    await rig.advance(1_000);
    expect(stored()).toEqual([`${T} err-1 err-2`, `${T} out-1 out-2 out-3`, '{"a":1}']);
    expect(rig.store.runs[0]?.file).toContain('default_web-1_uid/nginx');
  });

  test('case 14: parts that lie before a restart are not lost', async () => {
    await rig.watch([`file://${rig.logs}/pods/**`]);
    log.raw(`${T} stdout F whole\n${T} stdout P first \n`);
    await hasStored(1);
    await rig.stop();
    log.raw(`${T} stdout F second\n`);
    await rig.start();
    await hasStored(2);
    await rig.advance(1_000);
    expect(stored()).toEqual([`${T} whole`, `${T} first second`]);
  });

  test('a part whose end never comes is sent as it is', async () => {
    await rig.watch([`file://${rig.logs}/pods/**`]);
    log.raw(`${T} stdout P prompt>\n`);
    await hasStored(1);
    expect(stored()).toEqual([`${T} prompt>`]);
  });

  test('a stack trace is one record, and a time of its own is not repeated', async () => {
    await rig.watch([`file://${rig.logs}/pods/**`]);
    const lines = [
      '2026-01-02 03:04:05 ERROR x',
      'java.lang.Error: y',
      '\tat a.b(C.java:1)',
      'next',
    ];
    log.raw(lines.map((line) => `${T} stdout F ${line}\n`).join(''));
    await hasStored(2);
    expect(stored()).toEqual([lines.slice(0, 3).join('\n'), `${T} next`]);
  });

  test("links in containers/ are read once, as the kubelet's own file", async () => {
    const link = join(rig.logs, 'containers/web-1_default_nginx-abc.log');
    mkdirSync(dirname(link));
    symlinkSync(log.path, link);
    await rig.watch([`file://${rig.logs}/containers/*.log`, `file://${rig.logs}/pods/**`]);
    log.raw(`${T} stdout F once\n`);
    await hasStored(1);
    await rig.advance(2_000);
    expect(stored()).toEqual([`${T} once`]);
  });
});
