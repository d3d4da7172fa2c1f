import { runBee } from '@apiary/bee/run.ts';
import { readBeeSettings } from '@apiary/bee/settings.ts';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../harness/eventually.ts';
import { Rig } from '../tailing/rig.ts';
import { bodiesOf } from './input-contract.ts';
import { isListening, sendTcp, unusedPort } from './senders.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await new Rig().open();
});

afterEach(() => rig.close());

test('a Bee that is started while its broker is away takes what comes, and a later one sends it', async () => {
  const port = await unusedPort();
  await rig.start();
  await rig.watch([`syslog+tcp://127.0.0.1:${port}`]);
  await rig.stop();

  const argv = [`127.0.0.1:${await unusedPort()}`, '--data', rig.data, '--log-level', 'silent'];
  const ending = new AbortController();
  let isReady = false;
  const run = runBee(readBeeSettings(argv, {}, false), ending.signal, () => {
    isReady = true;
  });
  await eventually(() => isListening(port), 'it listens');
  await sendTcp(port, ['<13>Nov 20 10:00:00 host app: while the broker is away\n']);
  ending.abort();
  await run;
  expect(isReady).toBe(false);

  await rig.start();
  await rig.until(() => bodiesOf(rig).length > 0);
  expect(bodiesOf(rig)).toEqual(['<13>Nov 20 10:00:00 host app: while the broker is away']);
});
