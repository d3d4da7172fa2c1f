import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeNotification } from '../testing/notifications.ts';
import { SmtpServer } from '../testing/smtp-server.ts';
import { describeChannel, testEnvironment } from './channel.contract.ts';
import { emailChannel } from './email.ts';

const fieldsOf = (server: SmtpServer) => ({
  host: '127.0.0.1',
  port: server.port,
  security: 'starttls',
  user: 'apiary',
  password: 'honey',
  from: 'apiary@example.com',
  to: ['ada@example.com', 'bo@example.com'],
  ca: server.certificate,
  privateAddress: true,
});

describeChannel(emailChannel, async () => {
  const server = new SmtpServer();
  server.account = 'apiary:honey';
  await server.start();
  let isStopped = false;
  return {
    fields: fieldsOf(server),
    received: () =>
      server.mails.map(({ headers, text }) => ({
        text: `${decodeWords(headers.subject ?? '')}\n${text}`,
        key: headers['message-id'],
      })),
    failNext: () => server.failNext('MAIL', '451 4.3.0 try later'),
    refuseNext: () => server.failNext('.', '554 5.7.1 spam'),
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      await server.stop();
    },
  };
});

/** RFC 2047, as far as nodemailer writes it. */
function decodeWords(text: string): string {
  return text.replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, way: string, word: string) => {
    if (way.toUpperCase() === 'B') return Buffer.from(word, 'base64').toString('utf8');
    const bytes = word
      .replaceAll('_', ' ')
      .replace(/=([0-9A-F]{2})/gi, (__, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    return Buffer.from(bytes, 'latin1').toString('utf8');
  });
}

describe('mail', () => {
  let server: SmtpServer;
  beforeEach(async () => {
    server = new SmtpServer();
    server.account = 'apiary:honey';
    await server.start();
  });
  afterEach(async () => {
    await server.stop();
  });

  async function send(over: object, kind: 'fired' | 'resolved' = 'fired') {
    const channel = emailChannel.open({ ...fieldsOf(server), ...over }, testEnvironment());
    const notification = makeNotification({ kind, id: kind });
    const signal = new AbortController().signal;
    return await channel.send({
      notification,
      device: undefined,
      memory: {},
      isFirst: true,
      signal,
    });
  }

  test('goes to everybody over TLS, signed in, as one thread', async () => {
    await send({});
    await send({}, 'resolved');
    const [first, second] = server.mails;
    expect(first).toMatchObject({
      from: 'apiary@example.com',
      to: ['ada@example.com', 'bo@example.com'],
      isSecure: true,
      user: 'apiary',
    });
    expect(first?.headers.subject).toBe('Firing: Disk full on web-1');
    expect(first?.headers.references).toBe(second?.headers.references);
    expect(first?.headers['message-id']).not.toBe(second?.headers['message-id']);
    expect(first?.text).toContain('Acknowledge: https://apiary.example/a/ack-token');
  });

  test('is not sent where the server is not who it should be', async () => {
    const result = await send({ ca: undefined });
    expect(result.outcome).not.toBe('sent');
    expect(server.mails).toHaveLength(0);
  });

  test('a wrong password is refused', async () => {
    expect(await send({ password: 'wax' })).toMatchObject({ outcome: 'refused' });
  });

  test('goes to a relay without encryption or account when the set-up says so', async () => {
    server.account = undefined;
    const result = await send({ security: 'none', user: undefined, password: undefined });
    expect(result).toMatchObject({ outcome: 'sent' });
    expect(server.mails[0]).toMatchObject({ isSecure: false, user: undefined });
  });
});
