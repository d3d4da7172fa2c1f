/** Notifications for tests. */
import type { DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import type { Notification } from '../channels/channel.ts';
import { keyOf } from '../delivery-id.ts';

/** A message about a disk, with two matching lines. */
export function makeMessage(over: Partial<DeliveryMessage> = {}): DeliveryMessage {
  return {
    version: 1,
    id: 'alert-1:fired:1',
    alert: 'alert-1',
    rule: 'disk-full',
    ruleName: 'Disk full',
    kind: 'fired',
    severity: 'critical',
    title: 'Disk full on web-1',
    text: '2 lines in 1 minute',
    lines: [
      {
        time: 1_750_000_000_000,
        host: 'web-1',
        id: '0123456789abcdef:0',
        text: 'write failed: No space left on device',
        matching: true,
      },
      {
        time: 1_750_000_000_500,
        host: 'web-1',
        id: '0123456789abcdef:40',
        text: 'cannot write /var/lib/data',
        matching: true,
      },
    ],
    link: '/search?q=disk',
    group: { host: 'web-1' },
    channels: ['ops'],
    users: [],
    atMs: 1_750_000_001_000,
    ...over,
  };
}

/** The same as a channel is told it. */
export function makeNotification(over: Partial<DeliveryMessage> = {}): Notification {
  const message = makeMessage(over);
  return {
    message,
    key: keyOf(message.id, 'ops'),
    thread: keyOf(message.alert),
    url: `https://apiary.example${message.link}`,
    acknowledgeUrl: 'https://apiary.example/a/ack-token',
    silenceUrl: 'https://apiary.example/a/silence-token',
  };
}
