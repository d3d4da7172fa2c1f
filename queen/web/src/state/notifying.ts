/** Channels, devices and deliveries, as the settings pages ask for them. */
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import type { channelInputSchema, deviceInputSchema } from '@apiary/common/messages/channel.ts';
import { z } from 'zod';
import { callApi } from './http.ts';

const actions = stingActions;
const DELIVERIES_SHOWN = 50;
/** Where a browser keeps the id that it is registered under. */
const DEVICE_KEY = 'apiary-device';

function post<T extends z.ZodType>(path: string, body: unknown, schema: T) {
  return callApi(path, schema, { method: 'POST', body });
}

/** Every call rejects with the AppError that Queen answered. */
export const notifying = {
  kinds: async () =>
    (await callApi('/api/channels/kinds', actions.listChannelKinds.response)).kinds,
  channels: async () => (await callApi('/api/channels', actions.listChannels.response)).channels,
  putChannel: (channel: z.input<typeof channelInputSchema>) =>
    post('/api/channels', channel, z.unknown()),
  removeChannel: (name: string) => post('/api/channels/remove', { names: [name] }, z.unknown()),
  testChannel: async (name: string) =>
    (await post('/api/channels/test', { name }, actions.testChannel.response)).results,
  devices: async () => (await callApi('/api/devices', actions.listDevices.response)).devices,
  /** For admins. */
  everybodysDevices: async () =>
    (await callApi('/api/devices?everybody=true', actions.listDevices.response)).devices,
  registerDevice: (device: z.input<typeof deviceInputSchema>) =>
    post('/api/devices', device, actions.registerDevice.response),
  removeDevice: (id: string) => post('/api/devices/remove', { devices: [id] }, z.unknown()),
  testDevice: async (id: string) =>
    (await post('/api/devices/test', { device: id }, actions.testDevice.response)).result,
  webPushKey: async () =>
    (await callApi('/api/devices/web-push-key', actions.webPushKey.response)).publicKey,
  deliveries: async () => {
    const path = `/api/deliveries?limit=${DELIVERIES_SHOWN}`;
    return (await callApi(path, actions.listDeliveries.response)).deliveries;
  },
  deliveriesOf: async (alert: string) => {
    const path = `/api/deliveries?alert=${encodeURIComponent(alert)}&limit=${DELIVERIES_SHOWN}`;
    return (await callApi(path, actions.listDeliveries.response)).deliveries;
  },
  resend: (id: string) => post('/api/deliveries/resend', { deliveries: [id] }, z.unknown()),
};

/** True where this browser can be notified at all: it needs https, or the machine itself. */
export function canBeNotified(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/**
 * Asks the person, subscribes this browser and registers it.
 * @throws AppError, or an Error that says why the browser would not
 */
export async function notifyThisBrowser(name: string): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error('This browser does not allow notifications from here; its settings can.');
  }
  const worker = await navigator.serviceWorker.register('/push-worker.js');
  const applicationServerKey = await notifying.webPushKey();
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey,
  });
  const { endpoint = '', keys } = subscription.toJSON();
  const { device } = await notifying.registerDevice({
    kind: 'web-push',
    name,
    endpoint,
    keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' },
  });
  window.localStorage.setItem(DEVICE_KEY, device.id);
}

/** The id that this browser was registered under, if it was. */
export function thisDevice(): string | undefined {
  return window.localStorage.getItem(DEVICE_KEY) ?? undefined;
}
