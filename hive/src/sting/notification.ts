import type { DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import type { Notification } from './channels/channel.ts';
import { keyOf } from './delivery-id.ts';
import type { Delivery } from './model.ts';
import type { Parts } from './parts.ts';

/** A stored message as the channel of one delivery is told it. */
export function notificationOf(
  { links, settings }: Pick<Parts, 'links' | 'settings'>,
  message: DeliveryMessage,
  { id, channel, user }: Pick<Delivery, 'id' | 'channel' | 'user'>,
): Notification {
  const receiver = user ?? channel;
  const isOpen = message.kind !== 'resolved' && message.kind !== 'acknowledged';
  return {
    message,
    key: keyOf(id),
    thread: keyOf(message.alert),
    url: `${settings.publicUrl}${message.link}`,
    acknowledgeUrl: isOpen ? links.create('acknowledge', message, receiver) : undefined,
    silenceUrl: isOpen ? links.create('silence', message, receiver) : undefined,
  };
}
