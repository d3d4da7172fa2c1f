import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { selfSigned } from '@apiary/bee/inputs/own-certificate.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../harness/eventually.ts';
import { Rig } from '../tailing/rig.ts';
import { bodiesOf, describeInput } from './input-contract.ts';
import { isListening, portOf, sendTcp, sendTls, unusedPort } from './senders.ts';

const HEAD = '<34>1 2026-11-20T22:14:15.003Z mymachine su - ID47 - ';
const frame = (text: string) => `${HEAD.length + text.length} ${HEAD}${text}`;
const urlOf = async () => `syslog+tls://127.0.0.1:${await unusedPort()}`;

describeInput({
  name: 'syslog over TLS, octets counted',
  isUnacknowledged: true,
  url: urlOf,
  async send(url, texts) {
    // In pieces that cut counts and messages anywhere.
    const pieces =
      texts
        .map(frame)
        .join('')
        .match(/.{1,7}/gs) ?? [];
    await sendTls(portOf(url), pieces, { rejectUnauthorized: false });
  },
  textOf: (body) => body.slice(HEAD.length),
});

describe('syslog over TLS', () => {
  let rig: Rig;
  let url: string;

  beforeEach(async () => {
    rig = await new Rig().open();
    url = await urlOf();
  });

  afterEach(() => rig.close());

  const certificateOf = () => readFileSync(join(rig.data, 'tls/server.crt'), 'utf8');
  const send = (text: string, options: ConnectionOptions) =>
    sendTls(portOf(url), [frame(text)], options);

  test('shows the certificate whose file and fingerprint its state tells, also after a restart', async () => {
    await rig.start();
    await rig.watch([url]);
    const reason = rig.report()?.reason ?? '';
    expect(reason).toContain(join(rig.data, 'tls/server.crt'));
    expect(reason).toContain(new X509Certificate(certificateOf()).fingerprint256);
    const ca = certificateOf();
    await send('one', { ca });
    await send('two', { ca, servername: 'localhost', host: '127.0.0.1' });
    await rig.until(() => bodiesOf(rig).length === 2);
    await rig.stop();
    await rig.start();
    await send('three', { ca });
    await rig.until(() => bodiesOf(rig).length === 3);
  });

  test("shows its owner's certificate and takes senders with one of the owner's authority alone", async () => {
    const made = (name: string) =>
      selfSigned({ names: [name], addresses: ['127.0.0.1'], nowMs: Date.now() });
    const [server, client, stranger] = [made('bee.example'), made('web-1'), made('stranger')];
    const certificate = { cert: join(rig.folder, 's.crt'), key: join(rig.folder, 's.key') };
    writeFileSync(certificate.cert, server.cert);
    writeFileSync(certificate.key, server.key);
    rig.tls = { certificate, clientAuthority: client.cert };
    await rig.start();
    await rig.watch([url]);
    const ca = server.cert;
    // Later versions tell the client only after its own handshake that it is refused.
    const old = { ca, maxVersion: 'TLSv1.2' } as const;
    await expect(send('without', old)).rejects.toThrow();
    await expect(send('of another', { ...old, ...stranger })).rejects.toThrow();
    await send('without', { ca }).catch(() => undefined);
    await send('of ours', { ca, ...client });
    await rig.until(() => bodiesOf(rig).length > 0);
    expect(bodiesOf(rig)).toEqual([`${HEAD}of ours`]);
  });

  test('says what is wrong with a certificate that cannot be used', async () => {
    const missing = join(rig.folder, 'missing.crt');
    rig.tls = { certificate: { cert: missing, key: missing } };
    await rig.start();
    await rig.watch([url]);
    expect(rig.report()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(missing),
    });
  });

  test('takes nothing in the clear, and goes on with those who speak TLS', async () => {
    await rig.start();
    await rig.watch([url]);
    await sendTcp(portOf(url), [frame('in the clear')]);
    await send('with TLS', { ca: certificateOf() });
    await rig.until(() => bodiesOf(rig).length > 0);
    expect(bodiesOf(rig)).toEqual([`${HEAD}with TLS`]);
  });

  test('rsyslog forwards a thousand lines, knowing the Bee by its certificate', async () => {
    await rig.start();
    await rig.watch([url]);
    const folder = join(rig.folder, 'rsyslog');
    mkdirSync(folder);
    const inPort = await unusedPort();
    const config = join(folder, 'rsyslog.conf');
    writeFileSync(
      config,
      `global(defaultNetstreamDriverCAFile="${join(rig.data, 'tls/server.crt')}")
module(load="imptcp")
input(type="imptcp" address="127.0.0.1" port="${inPort}")
action(type="omfwd" target="127.0.0.1" port="${portOf(url)}" protocol="tcp"
  tcp_framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"
  streamDriver="ossl" streamDriverMode="1" streamDriverAuthMode="x509/name"
  streamDriverPermittedPeers="localhost")
`,
    );
    const argv = ['-n', '-f', config, '-i', join(folder, 'pid')];
    const child = spawn('/usr/sbin/rsyslogd', argv, { stdio: 'ignore' });
    try {
      await eventually(() => isListening(inPort), 'rsyslog listens');
      const lines = Array.from({ length: 1000 }, (_, index) => `number ${index};`);
      await sendTcp(inPort, [
        lines.map((line) => `<13>Nov 20 10:00:00 host app: ${line}\n`).join(''),
      ]);
      await rig.until(() => bodiesOf(rig).length >= lines.length);
      expect(bodiesOf(rig).map((body) => /number \d+;$/.exec(body)?.[0])).toEqual(lines);
    } finally {
      await end(child);
    }
  });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
