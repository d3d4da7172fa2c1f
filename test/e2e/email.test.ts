/** Mail against an SMTP server that is not ours: aiosmtpd, as Debian packages it, with STARTTLS. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@apiary/common/clock.ts';
import { emailChannel } from '@apiary/hive/sting/channels/email.ts';
import { systemResolve } from '@apiary/hive/sting/outbound/address.ts';
import { sendOutbound } from '@apiary/hive/sting/outbound/request.ts';
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from '@apiary/hive/sting/testing/loopback-tls.ts';
import { makeNotification } from '@apiary/hive/sting/testing/notifications.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePackages, findProgram, PACKAGES } from '../../scripts/packages.ts';
import { freePort } from '../harness/apiary-up.ts';
import { eventually } from '../harness/eventually.ts';

describe('mail through a real SMTP server', () => {
  let folder: string;
  let port: number;
  let server: ChildProcess;

  beforeAll(async () => {
    await ensurePackages(process.env, [PACKAGES.smtp]);
    const program = await findProgram(PACKAGES.smtp, process.env);
    if (!program) throw new Error('apt-get install python3-aiosmtpd');
    folder = mkdtempSync(join(tmpdir(), 'apiary-mail-'));
    const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    writeFileSync(certificate, LOOPBACK_CERTIFICATE);
    writeFileSync(key, LOOPBACK_KEY);
    port = await freePort();
    server = spawn(
      program,
      [
        ...['--nosetuid', '--listen', `127.0.0.1:${port}`],
        ...['--tlscert', certificate, '--tlskey', key],
        ...['--class', 'aiosmtpd.handlers.Mailbox', join(folder, 'mail')],
      ],
      { stdio: 'ignore' },
    );
    await eventually(() => listens(port), 'the server listens');
  }, 120_000);

  afterAll(() => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function open(over: object) {
    const fields = {
      host: '127.0.0.1',
      port,
      security: 'starttls',
      from: 'apiary@example.com',
      to: ['ada@example.com'],
      ca: LOOPBACK_CERTIFICATE,
      privateAddress: true,
      ...over,
    };
    const resolve = systemResolve;
    return emailChannel.open(fields, {
      clock: systemClock,
      resolve,
      request: (request) => sendOutbound(request, resolve),
    });
  }

  async function send(over: object = {}) {
    const notification = makeNotification({ title: 'Disk “full” on wéb-1' });
    const signal = AbortSignal.timeout(10_000);
    return await open(over).send({
      notification,
      device: undefined,
      memory: {},
      isFirst: true,
      signal,
    });
  }

  it('arrives over TLS', async () => {
    expect(await send()).toMatchObject({ outcome: 'sent' });
    const box = join(folder, 'mail', 'new');
    const [name] = readdirSync(box);
    const mail = readFileSync(join(box, name ?? ''), 'utf8');
    expect(mail).toMatch(/^From: Apiary <apiary@example.com>$/m);
    expect(mail).toMatch(/^To: ada@example.com$/m);
    expect(mail).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(mail).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(mail).toContain('No space left on device');
  });

  it('is refused where the server insists on TLS and the set-up does without', async () => {
    const result = await send({ security: 'none' });
    expect(result).toMatchObject({ outcome: 'refused' });
    expect(result.note).toContain('530');
  });

  it('is tried again where the certificate is not trusted', async () => {
    expect(await send({ ca: undefined })).toMatchObject({ outcome: 'retry' });
  });
});

/** True once a connection is accepted. */
function listens(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
