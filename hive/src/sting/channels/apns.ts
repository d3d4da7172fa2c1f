/**
 * Apple's push service, with token authentication, through `@parse/node-apn`. A repeat replaces the
 * alert's earlier notification on the phone (collapse id); a device that Apple calls unregistered is gone.
 */
import {
  ATTEMPT_MS_MAX,
  DEVICE_ATTEMPTS_MAX,
  PUSH_BYTES_MAX,
} from '@apiary/common/limits/deliveries.ts';
import type { Notification as ApnsNote, Provider, ResponseFailure } from '@parse/node-apn';
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
import { pushContent } from './push-content.ts';

/** Reasons with which Apple says that a token is no device any more. */
const GONE = new Set(['Unregistered', 'BadDeviceToken', 'DeviceTokenNotForTopic', 'ExpiredToken']);
/** Statuses that pass; any other answer below 500 is for a person. */
const PASSING = new Set([429]);
/** Apple's, but a new token helps: the library makes one. */
const PASSING_REASONS = new Set(['ExpiredProviderToken', 'TooManyProviderTokenUpdates']);

const fields = z.object({
  keyId: requiredText('Key id', 'Of the authentication key, ten characters.').max(32),
  teamId: requiredText('Team id', 'Of the developer account, ten characters.').max(32),
  key: requiredText('Key', 'The content of the AuthKey_….p8 file, all of its lines.')
    .startsWith('-----BEGIN', 'Key is not the content of a .p8 file')
    .meta({ lines: true }),
  topic: requiredText('Topic', 'The app’s bundle id.').max(255),
  production: z.boolean().default(true).meta({
    title: 'Production',
    description: 'Off for apps that run from Xcode.',
  }),
  server: z
    .string()
    .regex(/^[\w.-]+:\d{1,5}$/, 'Server is HOST:PORT')
    .optional()
    .meta({ title: 'Server', description: 'HOST:PORT in place of Apple’s.' }),
  ca: authorityField('for a server in place of Apple’s.'),
  privateAddress: privateAddressField,
});
type ApnsFields = z.output<typeof fields>;

/** See the file's head. */
export const apnsChannel = defineChannel({
  kind: 'apns',
  title: 'Apple devices',
  summary: 'Notifies iPhones, iPads and Macs that an app has registered',
  perDevice: true,
  perAlert: false,
  attemptsMax: DEVICE_ATTEMPTS_MAX,
  fields,
  secrets: ['key'],
  open: (settings, environment) => new ApnsChannel(settings, environment),
});

interface Connected {
  readonly provider: Provider;
  readonly makeNote: () => ApnsNote;
}

class ApnsChannel implements Channel {
  readonly #settings: ApnsFields;
  readonly #environment: ChannelEnvironment;
  #connected: Promise<Connected> | undefined;

  constructor(settings: ApnsFields, environment: ChannelEnvironment) {
    this.#settings = settings;
    this.#environment = environment;
  }

  async send({ notification, device }: SendOrder): Promise<SendResult> {
    if (device?.kind !== 'apns') return { outcome: 'gone', note: 'no Apple device' };
    const { topic } = this.#settings;
    this.#connected ??= this.#connect();
    const { provider, makeNote } = await this.#connected.catch((error: unknown) => {
      this.#connected = undefined;
      throw error;
    });
    const note = makeNote();
    fillNote(note, notification, { topic, nowMs: this.#environment.clock.now() });
    const { sent, failed } = await provider.send(note, device.token);
    const [failure] = failed;
    if (sent.length > 0 || failure === undefined) return { outcome: 'sent', note: 'taken by APNs' };
    return resultOfFailure(failure);
  }

  async close(): Promise<void> {
    const connected = await this.#connected?.catch(() => undefined);
    this.#connected = undefined;
    await connected?.provider.shutdown();
  }

  async #connect(): Promise<Connected> {
    const { keyId, teamId, key, production, server, ca, privateAddress } = this.#settings;
    const [host, port] = server?.split(':') ?? [];
    if (host !== undefined) {
      const { resolve } = this.#environment;
      await outboundAddress(host, { allowPrivate: privateAddress, resolve });
    }
    // Loaded when the first device is notified: it takes more memory than the rest of sting.
    const { default: apn } = await import('@parse/node-apn');
    const provider = new apn.Provider({
      token: { key, keyId, teamId },
      production,
      requestTimeout: ATTEMPT_MS_MAX / 2,
      // The library repeats at once what Apple asked to have later; deliveries have their own pauses.
      connectionRetryLimit: 0,
      ...(host !== undefined && { address: host, port: Number(port) }),
      ...(ca !== undefined && { ca: [ca] }),
    });
    return { provider, makeNote: () => new apn.Notification() };
  }
}

function fillNote(
  note: ApnsNote,
  notification: Notification,
  { topic, nowMs }: { readonly topic: string; readonly nowMs: number },
): void {
  const { message, key, thread, url } = notification;
  const { title, body } = pushContent(message, PUSH_BYTES_MAX - url.length * 2);
  note.topic = topic;
  note.id = uuidOf(key);
  note.collapseId = thread;
  note.threadId = message.rule;
  note.pushType = 'alert';
  note.priority = 10;
  note.expiry = Math.floor(nowMs / 1000) + 24 * 3600;
  note.alert = { title, body };
  const isCall = message.severity === 'critical' && message.kind !== 'resolved';
  note.aps['interruption-level'] = isCall ? 'time-sensitive' : 'active';
  if (message.kind !== 'resolved' && message.kind !== 'acknowledged') note.sound = 'default';
  note.payload = {
    key,
    alert: message.alert,
    rule: message.rule,
    kind: message.kind,
    severity: message.severity,
    url,
  };
}

/** 32 hexadecimal digits in the form that `apns-id` has. */
function uuidOf(key: string): string {
  return key.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function resultOfFailure({ status, response, error }: ResponseFailure): SendResult {
  const reason = response?.reason ?? error?.message ?? 'no answer';
  const note = status === undefined ? reason : `${status}: ${reason}`;
  if (status === 410 || (response && GONE.has(reason))) return { outcome: 'gone', note };
  // The library does not tell `Retry-After`: the usual pause has to do.
  if (status === undefined || status >= 500 || PASSING.has(status) || PASSING_REASONS.has(reason)) {
    return { outcome: 'retry', note };
  }
  return { outcome: 'refused', note };
}
