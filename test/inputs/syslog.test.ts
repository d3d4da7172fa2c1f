import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../harness/eventually.ts';
import { Rig } from '../tailing/rig.ts';
import { bodiesOf, describeInput } from './input-contract.ts';
import { isListening, portOf, runProgram, sendTcp, sendUdp, unusedPort } from './senders.ts';

const HEAD = '<34>1 2026-11-20T22:14:15.003Z mymachine su - ID47 - ';
const textOf = (body: string) => body.slice(HEAD.length);

describeInput({
  name: 'syslog over UDP',
  isUnacknowledged: true,
  url: async () => `syslog+udp://127.0.0.1:${await unusedPort()}`,
  send: (url, texts) =>
    sendUdp(
      portOf(url),
      texts.map((text) => HEAD + text),
    ),
  textOf,
});

describeInput({
  name: 'syslog over TCP, a line each',
  isUnacknowledged: true,
  url: async () => `syslog+tcp://127.0.0.1:${await unusedPort()}`,
  send: (url, texts) =>
    sendTcp(
      portOf(url),
      texts.map((text) => `${HEAD}${text}\n`),
    ),
  textOf,
});

describeInput({
  name: 'syslog over TCP, octets counted',
  isUnacknowledged: true,
  url: async () => `syslog+tcp://127.0.0.1:${await unusedPort()}`,
  send: (url, texts) => {
    const all = texts.map((text) => `${HEAD.length + text.length} ${HEAD}${text}`).join('');
    // In pieces that cut counts and messages anywhere.
    return sendTcp(portOf(url), all.match(/.{1,7}/gs) ?? []);
  },
  textOf,
});

describe('real senders of syslog', () => {
  let rig: Rig;
  let port: number;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    rig = await new Rig().open();
    port = await unusedPort();
    await rig.start();
    await rig.watch([`syslog+udp://127.0.0.1:${port}`, `syslog+tcp://127.0.0.1:${port}`]);
  });

  afterEach(async () => {
    if (child && child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rig.close();
  });

  test.each([
    ['RFC 3164 over UDP', ['--udp', '--rfc3164']],
    ['RFC 5424 over UDP', ['--udp', '--rfc5424']],
    ['RFC 3164 over TCP', ['--tcp', '--rfc3164']],
    ['RFC 5424 over TCP, octets counted', ['--tcp', '--rfc5424', '--octet-count']],
  ])('logger with %s', async (_, argv) => {
    const where = ['--server', '127.0.0.1', '--port', String(port), '--tag', 'apiary'];
    await runProgram('logger', [...where, ...argv, '--priority', 'auth.err', 'the message']);
    await rig.until(() => bodiesOf(rig).length > 0);
    expect(bodiesOf(rig)).toEqual([expect.stringMatching(/^<35>.*apiary.*the message$/)]);
    expect(rig.store.runs[0]?.file).toMatch(
      /^syslog\+(udp|tcp):\/\/127\.0\.0\.1:\d+#127\.0\.0\.1$/,
    );
  });

  test('rsyslog forwards what it reads, a thousand lines each once and in order', async () => {
    const folder = join(rig.folder, 'rsyslog');
    mkdirSync(folder);
    const inPort = await unusedPort();
    const config = join(folder, 'rsyslog.conf');
    writeFileSync(
      config,
      `module(load="imptcp")
input(type="imptcp" address="127.0.0.1" port="${inPort}")
action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp"
  tcp_framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")
`,
    );
    const argv = ['-n', '-f', config, '-i', join(folder, 'pid')];
    child = spawn('/usr/sbin/rsyslogd', argv, { stdio: 'ignore' });
    await eventually(() => isListening(inPort), 'rsyslog listens');
    const lines = Array.from({ length: 1000 }, (_, index) => `number ${index};`);
    await sendTcp(inPort, [
      lines.map((line) => `<13>Nov 20 10:00:00 host app: ${line}\n`).join(''),
    ]);
    await rig.until(() => bodiesOf(rig).length >= lines.length);
    expect(bodiesOf(rig).map((body) => /number \d+;$/.exec(body)?.[0])).toEqual(lines);
  });
});
