/** PagerDuty by its Events API v2. The alert is the de-duplication key, so nothing opens twice. */
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
import { linesOf, titleOf, withoutControls } from './text.ts';

const ACTION = {
  fired: 'trigger',
  repeated: 'trigger',
  escalated: 'trigger',
  acknowledged: 'acknowledge',
  resolved: 'resolve',
} as const;
/** An event may have 512 KB. */
const LINES_CHARS_MAX = 20_000;

/** See the file's head. */
export const pagerdutyChannel = defineChannel({
  kind: 'pagerduty',
  title: 'PagerDuty',
  summary: 'Triggers, acknowledges and resolves incidents',
  perDevice: false,
  perAlert: true,
  attemptsMax: CHANNEL_ATTEMPTS_MAX,
  fields: z.object({
    routingKey: requiredText('Integration key', 'Of a service’s Events API v2 integration.'),
    url: addressField('Address', 'For accounts in the EU: https://events.eu.pagerduty.com').default(
      'https://events.pagerduty.com',
    ),
    privateAddress: privateAddressField,
  }),
  secrets: ['routingKey'],
  open: ({ routingKey, url, privateAddress }, { clock, request }) => ({
    send: async ({ notification, signal }) => {
      const answer = await request({
        method: 'POST',
        url: new URL('/v2/enqueue', url).href,
        body: JSON.stringify({ routing_key: routingKey, ...eventOf(notification) }),
        allowPrivate: privateAddress,
        signal,
        headers: { 'content-type': 'application/json' },
      });
      return resultOf(answer, clock);
    },
    close: async () => {},
  }),
});

function eventOf({ message, thread, key, url }: Notification): Record<string, unknown> {
  return {
    event_action: ACTION[message.kind],
    dedup_key: thread,
    client: 'Apiary',
    client_url: url,
    links: [{ href: url, text: 'Open the search' }],
    payload: {
      summary: titleOf(message, 1024),
      source: message.group.host ?? message.lines[0]?.host ?? message.ruleName,
      severity: message.severity,
      timestamp: new Date(message.atMs).toISOString(),
      component: message.ruleName,
      custom_details: {
        text: withoutControls(message.text),
        lines: linesOf(message.lines, LINES_CHARS_MAX),
        group: message.group,
        delivery: key,
      },
    },
  };
}
