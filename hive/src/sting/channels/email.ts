/** E-mail by SMTP through nodemailer. Messages of one alert form one thread; a repeated attempt has the same Message-ID. */
import { isIP } from 'node:net';
import { ATTEMPT_MS_MAX, CAREFUL_ATTEMPTS_MAX } from '@apiary/common/limits/deliveries.ts';
import { z } from 'zod';
import { outboundAddress } from '../outbound/address.ts';
import {
  authorityField,
  type Channel,
  type ChannelEnvironment,
  defineChannel,
  type Notification,
  privateAddressField,
  requiredText,
  type SendOrder,
  type SendResult,
} from './channel.ts';
import { plainText, titleOf } from './text.ts';

const TEXT_CHARS_MAX = 60_000;
/** The domain of Message-IDs, which nobody else may own. */
const ID_DOMAIN = 'alerts.apiary.invalid';

const fields = z.object({
  host: requiredText('Server', 'Name or address of the SMTP server.').max(255),
  port: z.coerce.number().int().min(1).max(65_535).default(587).meta({
    title: 'Port',
    description: '587 for STARTTLS, 465 for TLS, 25 for a relay.',
  }),
  security: z.enum(['starttls', 'tls', 'none']).default('starttls').meta({
    title: 'Encryption',
    description: 'Without any, passwords and log lines can be read on the way.',
  }),
  user: z.string().max(320).optional().meta({ title: 'User', description: 'If it asks for one.' }),
  password: z.string().max(1024).optional().meta({
    title: 'Password',
    description: 'Belongs to the user.',
  }),
  from: z
    .string('From is missing')
    .regex(/^[^\s@<>]+@[^\s@<>]+$/, 'From is no e-mail address')
    .meta({
      title: 'From',
      description: 'The address that the server lets this user send as.',
    }),
  to: z
    .array(z.string().regex(/^[^\s@<>,]+@[^\s@<>,]+$/, 'To has what is no e-mail address'))
    .min(1, 'To is missing')
    .max(50)
    .meta({ title: 'To', description: 'E-mail addresses.' }),
  ca: authorityField('for a server of your own.'),
  privateAddress: privateAddressField,
});
type EmailFields = z.output<typeof fields>;

/** See the file's head. */
export const emailChannel = defineChannel({
  kind: 'email',
  title: 'E-mail',
  summary: 'Sends mail through an SMTP server',
  perDevice: false,
  perAlert: false,
  attemptsMax: CAREFUL_ATTEMPTS_MAX,
  fields,
  secrets: ['password'],
  open: (settings, environment) => open(settings, environment),
});

function open(settings: EmailFields, { resolve }: ChannelEnvironment): Channel {
  const send = async ({ notification }: SendOrder): Promise<SendResult> => {
    const { host, port, security, user, password, ca, privateAddress } = settings;
    const address = await outboundAddress(host, { allowPrivate: privateAddress, resolve });
    // Loaded with the first mail, for its memory.
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host: address,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      tls: { ...(isIP(host) === 0 && { servername: host }), ...(ca && { ca }) },
      connectionTimeout: ATTEMPT_MS_MAX / 2,
      greetingTimeout: ATTEMPT_MS_MAX / 2,
      socketTimeout: ATTEMPT_MS_MAX,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(user && { auth: { user, pass: password ?? '' } }),
    });
    try {
      const { response } = await transport.sendMail(mailOf(notification, settings));
      return { outcome: 'sent', note: response };
    } catch (error) {
      return failureOf(error);
    } finally {
      transport.close();
    }
  };
  return { send, close: async () => {} };
}

function mailOf(notification: Notification, { from, to }: EmailFields) {
  const { message, key, thread } = notification;
  const root = `<${thread}@${ID_DOMAIN}>`;
  const urgent = message.severity === 'critical' && message.kind !== 'resolved';
  return {
    from: { name: 'Apiary', address: from },
    to: [...to],
    subject: titleOf(message, 200),
    text: `${plainText(notification, TEXT_CHARS_MAX)}\n`,
    messageId: `<${key}@${ID_DOMAIN}>`,
    inReplyTo: root,
    references: root,
    date: new Date(message.atMs),
    priority: urgent ? ('high' as const) : ('normal' as const),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Apiary-Key': key },
  };
}

/** 5xx of the server is final (RFC 5321, 4.2.1), as is a certificate that does not fit. */
function failureOf(error: unknown): SendResult {
  const note = error instanceof Error ? error.message : String(error);
  const status =
    error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : Number.NaN;
  if (status >= 500) return { outcome: 'refused', note };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EAUTH' || code === 'EENVELOPE') {
    return Number.isNaN(status) ? { outcome: 'refused', note } : { outcome: 'retry', note };
  }
  return { outcome: 'retry', note };
}
