/** What a phone shows: title and body, cut to what a push may hold. */
import type { DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import { cut, titleOf, withoutControls } from './text.ts';

const TITLE_CHARS_MAX = 150;
const BODY_CHARS_MAX = 1_200;

/** The text and the last matching lines; together within `bytesMax` as JSON. */
export function pushContent(
  message: DeliveryMessage,
  bytesMax: number,
): { readonly title: string; readonly body: string } {
  const title = titleOf(message, TITLE_CHARS_MAX);
  const lines = message.lines.filter(({ matching }) => matching).map(({ text }) => text);
  let body = cut(
    withoutControls([message.text, ...lines.slice(-3)].filter((part) => part !== '').join('\n')),
    BODY_CHARS_MAX,
  );
  while (body !== '' && Buffer.byteLength(JSON.stringify({ title, body })) > bytesMax - 400) {
    body = cut(body, Math.floor(body.length * 0.8));
    if (body.length < 8) body = '';
  }
  return { title, body };
}
