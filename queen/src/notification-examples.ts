/** Examples of channels, devices and deliveries for the OpenAPI document. */
import type { z } from 'zod';
import type { NOTIFICATION_ROUTES } from './notification-routes.ts';

type NotificationRoutes = typeof NOTIFICATION_ROUTES;

const MS = 1_795_219_200_000;
const channel = {
  id: 'm0Qx9vWf2uYk3sRt8aZb1c',
  name: 'phone',
  kind: 'ntfy',
  settings: { server: 'https://ntfy.sh', topic: 'apiary-7f3k9q', privateAddress: false },
  secretsSet: [],
  enabled: true,
  createdMs: MS,
  createdBy: 'mira',
} as const;
const device = {
  id: '5f0c2a9be14d7788a1b2c3d4e5f60718',
  user: 'mira',
  kind: 'apns',
  name: 'Mira’s phone',
  registeredMs: MS,
} as const;
const delivery = {
  id: 'fe5e02a1b3ff-9c41d0a7e2b84f06a5d3c2b1f0e9d8c7',
  message: 'h3wYx0Vb1l7dQe9sTz2k4g:fired:1',
  alert: 'h3wYx0Vb1l7dQe9sTz2k4g',
  rule: 'failed-logins',
  ruleName: 'Failed logins',
  kind: 'fired',
  severity: 'warning',
  title: 'Failed logins (host web-1): 10 matches in 60 s',
  atMs: MS,
  channel: 'phone',
  channelKind: 'ntfy',
  state: 'dead',
  attempts: [{ atMs: MS + 12, outcome: 'refused', note: '403: forbidden', tookMs: 84 }],
  attemptCount: 1,
  nextMs: MS,
} as const;
const last = { title: delivery.title, state: 'delivered', atMs: MS + 12, note: '200' } as const;
const shownChannel = { ...channel, secretsSet: [...channel.secretsSet] };
const shownDelivery = { ...delivery, attempts: [...delivery.attempts] };

/** By the routes' names. */
export const NOTIFICATION_EXAMPLES: {
  readonly [N in keyof NotificationRoutes]?: {
    readonly body?: z.input<NotificationRoutes[N]['body']>;
    readonly response?: z.input<NotificationRoutes[N]['response']>;
  };
} = {
  listChannels: { response: { channels: [{ ...shownChannel, last }] } },
  putChannel: {
    body: { name: 'phone', kind: 'ntfy', settings: { topic: 'apiary-7f3k9q' }, secrets: {} },
    response: { channel: shownChannel },
  },
  removeChannels: { body: { names: ['phone'] }, response: { removed: ['phone'] } },
  testChannel: {
    body: { name: 'phone' },
    response: { results: [{ outcome: 'sent', note: '200: …', tookMs: 84 }] },
  },
  listDevices: { response: { devices: [{ ...device, last }] } },
  testDevice: {
    body: { device: device.id },
    response: { result: { device: device.name, outcome: 'sent', note: '200', tookMs: 84 } },
  },
  registerDevice: {
    body: { kind: 'apns', name: device.name, token: '740f4707bebcf74f9b7c25d48e335894' },
    response: { device },
  },
  removeDevices: { body: { devices: [device.id] }, response: { removed: [device.id] } },
  listDeliveries: { response: { deliveries: [shownDelivery] } },
  resendDeliveries: {
    body: { deliveries: [delivery.id] },
    response: { deliveries: [{ ...shownDelivery, state: 'waiting', attemptCount: 0 }] },
  },
};
