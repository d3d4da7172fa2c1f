/** An alert as Slack's blocks; their bounds are Slack's. */
import type { DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import type { Notification } from './channel.ts';
import { cut, linesOf, titleOf, withoutControls } from './text.ts';

const HEADER_CHARS_MAX = 150;
const SECTION_CHARS_MAX = 2_900;
const LINES_CHARS_MAX = 2_900;
const SIGN = {
  fired: ':rotating_light:',
  repeated: ':rotating_light:',
  escalated: ':rotating_light:',
  acknowledged: ':eyes:',
  resolved: ':white_check_mark:',
} as const;

/** Header, text, lines, and buttons that are links. */
export function blocksOf(notification: Notification): unknown[] {
  const { message, url, acknowledgeUrl, silenceUrl } = notification;
  const text = withoutControls(message.text).trim();
  const lines = linesOf(message.lines, LINES_CHARS_MAX);
  const button = (label: string, id: string, address: string | undefined) =>
    address === undefined
      ? []
      : [{ type: 'button', text: plain(label), action_id: id, url: cut(address, 3000) }];
  return [
    { type: 'header', text: plain(titleOf(message, HEADER_CHARS_MAX)) },
    ...(text === '' ? [] : [{ type: 'section', text: plain(cut(text, SECTION_CHARS_MAX)) }]),
    ...(lines === '' ? [] : [preformatted(lines)]),
    {
      type: 'actions',
      elements: [
        ...button('Open', 'open', url),
        ...button('Acknowledge', 'acknowledge', acknowledgeUrl),
        ...button('Silence', 'silence', silenceUrl),
      ],
    },
  ];
}

/** What notifications show and old clients see; `&`, `<` and `>` are Slack's only markup to escape. */
export function fallbackOf(message: DeliveryMessage): string {
  const title = titleOf(message, 300)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return `${SIGN[message.kind]} ${title}`;
}

function plain(text: string): unknown {
  return { type: 'plain_text', text, emoji: false };
}

function preformatted(text: string): unknown {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
  };
}
