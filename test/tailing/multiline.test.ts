import { closeSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogWriter } from './log-writer.ts';
import { Rig } from './rig.ts';

const TRACE = [
  '2026-11-20 10:00:00 ERROR request failed',
  'java.lang.IllegalStateException: no luck',
  '\tat com.example.App.run(App.java:10)',
  'Caused by: java.io.IOException: closed',
  '\t... 3 more',
];
const TEXT = TRACE.map((line) => `${line}\n`);
const PLAIN = '2026-11-20 10:00:01 INFO goes on';

let rig: Rig;
let log: LogWriter;

beforeEach(async () => {
  rig = await new Rig().open();
  log = new LogWriter(join(rig.logs, 'app.log'));
  writeFileSync(log.path, '');
  await rig.start();
});

afterEach(() => rig.close());

/** Texts of the records as the runs cut them, each once. */
function records(): string[] {
  const seen = new Map<string, string>();
  for (const run of rig.store.runs) {
    let at = 0;
    for (const length of run.sourceLengths) {
      const id = `${run.generation}:${run.from + at}`;
      seen.set(id, Buffer.from(run.data.subarray(at, at + length)).toString());
      at += length;
    }
  }
  return [...seen.values()];
}

describe('records of several lines', () => {
  test('a stack trace that is written line by line is one record', async () => {
    await rig.watch([`file://${log.path}`]);
    for (const line of TEXT) {
      log.raw(line);
      await rig.advance(50);
    }
    log.raw(`${PLAIN}\n`);
    await rig.until(() => records().length === 2);
    expect(records()).toEqual([TEXT.join(''), `${PLAIN}\n`]);
  });

  test('a trace whose writer stands still for 150 ms behind its first line is one record', async () => {
    const lines = [
      'Exception in thread "main" java.lang.Error: no\n',
      '\tat App.main(App.java:3)\n',
    ];
    await rig.watch([`file://${log.path}`]);
    log.raw(lines[0] ?? '');
    await rig.advance(150);
    log.raw(lines[1] ?? '');
    await rig.until(() => records().length === 1);
    expect(records()).toEqual([lines.join('')]);
  });

  test('what waits for more lines is sent when none come', async () => {
    await rig.watch([`file://${log.path}`]);
    log.raw(TEXT.join(''));
    await rig.until(() => records().length === 1);
    expect(records()).toEqual([TEXT.join('')]);
  });

  test.each(['stopped', 'killed'])(
    'case 13: a trace that is half written when Bee is %s is one record',
    async (how) => {
      await rig.watch([`file://${log.path}`]);
      log.raw(`${PLAIN}\n`);
      await rig.until(() => records().length === 1);
      log.raw(TEXT.slice(0, 2).join(''));
      await rig.advance(50);
      if (how === 'killed') rig.crash();
      else await rig.stop();
      log.raw(TEXT.slice(2).join(''));
      await rig.start();
      await rig.until(() => records().length === 2);
      expect(records()).toEqual([`${PLAIN}\n`, TEXT.join('')]);
    },
  );

  test('case 13: a trace that goes on in the renamed file is one record', async () => {
    await rig.watch([`file://${rig.logs}/*.log`]);
    const fd = log.open();
    log.raw(TEXT.slice(0, 2).join(''));
    await rig.advance(50);
    log.rename();
    writeSync(fd, TEXT.slice(2).join(''));
    closeSync(fd);
    log.raw(`${PLAIN}\n`);
    await rig.until(() => records().length === 2);
    expect(records().sort()).toEqual([TEXT.join(''), `${PLAIN}\n`].sort());
  });

  test('case 13: of a trace that a rotation splits between two files nothing is lost', async () => {
    await rig.watch([`file://${log.path}`]);
    log.raw(TEXT.slice(0, 3).join(''));
    await rig.advance(50);
    log.rename();
    log.raw(TEXT.slice(3).join(''));
    await rig.until(() => records().length === 2);
    expect(records()).toEqual([TEXT.slice(0, 3).join(''), TEXT.slice(3).join('')]);
  });

  test('a start pattern of the target begins records, and off leaves lines alone', async () => {
    const pattern = encodeURIComponent('^\\d{4}-');
    await rig.watch([`file://${log.path}?multiline=${pattern}`]);
    log.raw('2026-1\na\nb\n2026-2\nc\n');
    await rig.until(() => records().length === 2);
    expect(records()).toEqual(['2026-1\na\nb\n', '2026-2\nc\n']);
    await rig.watch([`file://${log.path}?multiline=off`]);
    log.raw(TEXT.join(''));
    await rig.until(() => records().length === 2 + TEXT.length);
  });

  test('a pattern that is none fails with a reason', async () => {
    await rig.watch([`file://${log.path}?multiline=(`]);
    expect(rig.report()).toMatchObject({ state: 'failed' });
    expect(rig.report()?.reason).toContain('multiline');
  });
});
