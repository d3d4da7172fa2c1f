/** A generic webhook, signed as the Standard Webhooks specification has it (standardwebhooks.com). */

import { createHmac } from 'node:crypto';
import { CHANNEL_ATTEMPTS_MAX } from '@apiary/common/limits/deliveries.ts';
import { z } from 'zod';
import { resultOf } from './answer.ts';
import {
  addressField,
  defineChannel,
  type Notification,
  privateAddressField,
  requiredText,
} from './channel.ts';

const SECRET_PREFIX = 'whsec_';

/** `v1,` and HMAC-SHA-256 of `id.timestamp.body`; a secret that begins with `whsec_` is base64. */
export function webhookSignature(signed: {
  readonly secret: string;
  readonly id: string;
  readonly seconds: number;
  readonly body: string;
}): string {
  const { secret, id, seconds, body } = signed;
  const key = secret.startsWith(SECRET_PREFIX)
    ? Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
    : Buffer.from(secret);
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return `v1,${mac}`;
}

/** See the file's head. */
export const webhookChannel = defineChannel({
  kind: 'webhook',
  title: 'Webhook',
  summary: 'Posts each message as signed JSON to an address of yours',
  perDevice: false,
  perAlert: true,
  attemptsMax: CHANNEL_ATTEMPTS_MAX,
  fields: z.object({
    url: addressField('Address', 'Where the JSON is posted to.'),
    secret: requiredText('Secret', 'Signs each message; the receiver checks with the same one.'),
    privateAddress: privateAddressField,
  }),
  secrets: ['secret'],
  open: ({ url, secret, privateAddress }, { clock, request }) => ({
    send: async ({ notification, signal }) => {
      const body = JSON.stringify(payloadOf(notification));
      const seconds = Math.floor(clock.now() / 1000);
      const id = notification.key;
      const answer = await request({
        method: 'POST',
        url,
        body,
        allowPrivate: privateAddress,
        signal,
        headers: {
          'content-type': 'application/json',
          'idempotency-key': id,
          'webhook-id': id,
          'webhook-timestamp': String(seconds),
          'webhook-signature': webhookSignature({ secret, id, seconds, body }),
        },
      });
      return resultOf(answer, clock);
    },
    close: async () => {},
  }),
});

function payloadOf({ message, key, url, acknowledgeUrl, silenceUrl }: Notification): unknown {
  const {
    version: _version,
    id: _id,
    channels: _channels,
    users: _users,
    link: _link,
    ...said
  } = message;
  return {
    type: `alert.${message.kind}`,
    timestamp: new Date(message.atMs).toISOString(),
    data: { key, ...said, url, acknowledgeUrl, silenceUrl },
  };
}
