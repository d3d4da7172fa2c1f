/** ntfy: a push to the phone through an app that needs no account (docs.ntfy.sh/publish). */
import { CHANNEL_ATTEMPTS_MAX } from '@apiary/common/limits/deliveries.ts';
import { z } from 'zod';
import { resultOf } from './answer.ts';
import { addressField, defineChannel, type Notification, privateAddressField } from './channel.ts';
import { plainText, titleOf } from './text.ts';

const PRIORITY = { info: 3, warning: 4, critical: 5 } as const;
const TAG = { info: 'information_source', warning: 'warning', critical: 'rotating_light' } as const;
/** ntfy turns a message of more than 4,096 bytes into an attachment. */
const TEXT_CHARS_MAX = 1_200;

/** See the file's head. */
export const ntfyChannel = defineChannel({
  kind: 'ntfy',
  title: 'ntfy',
  summary: 'Reaches a phone within a minute: install the ntfy app and subscribe to the topic',
  perDevice: false,
  perAlert: false,
  attemptsMax: CHANNEL_ATTEMPTS_MAX,
  fields: z.object({
    server: addressField('Server', 'The public server, or your own.').default('https://ntfy.sh'),
    topic: z
      .string('Topic is missing')
      .regex(/^[-_A-Za-z0-9]{1,64}$/, 'Topic is 1 to 64 letters, digits, hyphens, underscores')
      .meta({
        title: 'Topic',
        description: 'Whoever knows it can read along: choose one that nobody guesses.',
      }),
    token: z.string().max(1024).optional().meta({
      title: 'Access token',
      description: 'Only for topics that are protected.',
    }),
    privateAddress: privateAddressField,
  }),
  secrets: ['token'],
  open: ({ server, topic, token, privateAddress }, { clock, request }) => ({
    send: async ({ notification, signal }) => {
      const answer = await request({
        method: 'POST',
        url: server,
        body: JSON.stringify({ topic, ...payloadOf(notification) }),
        allowPrivate: privateAddress,
        signal,
        headers: {
          'content-type': 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
        },
      });
      return resultOf(answer, clock);
    },
    close: async () => {},
  }),
});

function payloadOf(notification: Notification): Record<string, unknown> {
  const { message, key, url, acknowledgeUrl, silenceUrl } = notification;
  const isOver = message.kind === 'resolved' || message.kind === 'acknowledged';
  const view = (label: string, address: string | undefined) =>
    address === undefined ? [] : [{ action: 'view', label, url: address }];
  return {
    title: titleOf(message, 200),
    message: plainText(
      { ...notification, acknowledgeUrl: undefined, silenceUrl: undefined },
      TEXT_CHARS_MAX,
    ),
    priority: isOver ? 3 : PRIORITY[message.severity],
    tags: [isOver ? 'white_check_mark' : TAG[message.severity]],
    click: url,
    actions: [
      ...view('Open', url),
      ...view('Acknowledge', acknowledgeUrl),
      ...view('Silence', silenceUrl),
    ],
    // A repeated attempt replaces what the first one brought.
    sequence_id: key,
  };
}
