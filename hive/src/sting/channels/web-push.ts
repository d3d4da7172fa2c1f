/**
 * Web Push: to browsers that subscribed (RFC 8030), encrypted for them alone (aes128gcm, RFC 8291), signed
 * with the site's own key (VAPID, RFC 8292). A subscription that its service no longer knows is gone.
 */
import { createECDH } from 'node:crypto';
import { DEVICE_ATTEMPTS_MAX, PUSH_BYTES_MAX } from '@apiary/common/limits/deliveries.ts';
import { z } from 'zod';
import { resultOf } from './answer.ts';
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

/** How long a push service keeps a message for a browser that is off. */
const LIFE_SECONDS = 24 * 3600;

const fields = z.object({
  contact: z
    .string()
    .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'Contact is mailto:… or https://…')
    .default('mailto:apiary@example.com')
    .meta({
      title: 'Contact',
      description: 'Told to push services, so that they can reach you: mailto: or https:.',
    }),
  publicKey: requiredText('Public key', 'What browsers subscribe with; made with the channel.'),
  privateKey: requiredText(
    'Private key',
    'Made with the channel; a new one ends all subscriptions.',
  ),
  ca: authorityField('for a push service of your own.'),
  privateAddress: privateAddressField,
});
type WebPushFields = z.output<typeof fields>;

/** See the file's head. */
export const webPushChannel = defineChannel({
  kind: 'web-push',
  title: 'Browsers and phones',
  summary: 'Notifies browsers, and phones that have the web UI on their home screen',
  perDevice: true,
  perAlert: false,
  attemptsMax: DEVICE_ATTEMPTS_MAX,
  fields,
  secrets: ['privateKey'],
  initial: makeKeys,
  open: (settings, environment) => open(settings, environment),
});

function open(settings: WebPushFields, { clock, request }: ChannelEnvironment): Channel {
  const { contact, publicKey, privateKey, ca, privateAddress } = settings;
  const send = async (order: SendOrder): Promise<SendResult> => {
    const { notification, device, signal } = order;
    if (device?.kind !== 'web-push') return { outcome: 'gone', note: 'no browser' };
    const { endpoint, keys } = device;
    // Loaded with the first push, for its memory.
    const { default: webPush } = await import('web-push');
    const { method, headers, body } = webPush.generateRequestDetails(
      { endpoint, keys },
      payloadOf(notification),
      {
        TTL: LIFE_SECONDS,
        urgency: notification.message.severity === 'info' ? 'normal' : 'high',
        // A newer message about the same alert replaces one that was not delivered yet.
        topic: notification.thread,
        contentEncoding: 'aes128gcm',
        vapidDetails: { subject: contact, publicKey, privateKey },
      },
    );
    const answer = await request({
      method: method === 'POST' ? 'POST' : 'PUT',
      url: endpoint,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, `${value}`]),
      ),
      ...(body && { body }),
      allowPrivate: privateAddress,
      ca,
      signal,
    });
    const result = resultOf(answer, clock);
    const isGone = answer.status === 404 || answer.status === 410;
    return isGone ? { outcome: 'gone', note: result.note } : result;
  };
  return { send, close: async () => {} };
}

/** A key pair for VAPID: P-256, the point and the number as base64url. */
function makeKeys(): { readonly publicKey: string; readonly privateKey: string } {
  const pair = createECDH('prime256v1');
  const publicKey = pair.generateKeys('base64url');
  // Leading zeros are left out otherwise.
  const privateKey = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32);
  return { publicKey, privateKey: privateKey.toString('base64url') };
}

function payloadOf({ message, key, thread, url, acknowledgeUrl }: Notification): string {
  const { title, body } = pushContent(message, PUSH_BYTES_MAX - url.length * 4);
  return JSON.stringify({
    title,
    body,
    // The browser shows one notification for each tag.
    tag: thread,
    key,
    alert: message.alert,
    kind: message.kind,
    severity: message.severity,
    url,
    acknowledgeUrl,
    atMs: message.atMs,
  });
}
