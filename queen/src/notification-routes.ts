/** Routes of channels, devices, deliveries and alert links: a part of Queen's table. sting answers. */
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import { z } from 'zod';
import { bare, route } from './route.ts';

const actions = stingActions;
const deliveries = actions.listDeliveries.request.shape;

/** See the file's head. */
export const NOTIFICATION_ROUTES = {
  listChannelKinds: route('get', '/api/channels/kinds', {
    ...bare,
    access: actions.listChannelKinds.role,
    summary: 'Lists the kinds of channels with the fields of their set-up forms',
    response: actions.listChannelKinds.response,
  }),
  listChannels: route('get', '/api/channels', {
    ...bare,
    access: actions.listChannels.role,
    summary: 'Lists channels; secrets are named, never shown',
    response: actions.listChannels.response,
  }),
  putChannel: route('post', '/api/channels', {
    ...bare,
    access: actions.putChannel.role,
    summary: 'Adds a channel, or changes the one of that name; secrets left out stay',
    body: actions.putChannel.request,
    response: actions.putChannel.response,
  }),
  removeChannels: route('post', '/api/channels/remove', {
    ...bare,
    access: actions.removeChannels.role,
    summary: 'Removes channels',
    body: actions.removeChannels.request,
    response: actions.removeChannels.response,
  }),
  testChannel: route('post', '/api/channels/test', {
    ...bare,
    access: actions.testChannel.role,
    summary: 'Sends a test message at once and tells what came of it',
    body: actions.testChannel.request,
    response: actions.testChannel.response,
  }),
  listDevices: route('get', '/api/devices', {
    ...bare,
    access: actions.listDevices.role,
    summary: 'Lists one’s own devices; `everybody=true` for admins: all',
    query: z.object({
      everybody: z
        .enum(['true', 'false'])
        .default('false')
        .transform((text) => text === 'true'),
    }),
    response: actions.listDevices.response,
  }),
  registerDevice: route('post', '/api/devices', {
    ...bare,
    access: actions.registerDevice.role,
    summary: 'Registers a phone app or a browser of the caller; again notes that it is still there',
    body: actions.registerDevice.request,
    response: actions.registerDevice.response,
  }),
  removeDevices: route('post', '/api/devices/remove', {
    ...bare,
    access: actions.removeDevices.role,
    summary: 'Removes devices: one’s own, or as an admin anybody’s',
    body: actions.removeDevices.request,
    response: actions.removeDevices.response,
  }),
  webPushKey: route('get', '/api/devices/web-push-key', {
    ...bare,
    access: actions.webPushKey.role,
    summary: 'Gives the key (VAPID) that browsers subscribe with',
    response: actions.webPushKey.response,
  }),
  listDeliveries: route('get', '/api/deliveries', {
    ...bare,
    access: actions.listDeliveries.role,
    summary: 'Lists deliveries with their attempts, newest first, page by page',
    query: z.object({
      state: deliveries.state,
      alert: deliveries.alert,
      channel: deliveries.channel,
      after: deliveries.after,
      limit: z.coerce.number().pipe(deliveries.limit.unwrap()).default(100),
    }),
    response: actions.listDeliveries.response,
  }),
  resendDeliveries: route('post', '/api/deliveries/resend', {
    ...bare,
    access: actions.resendDeliveries.role,
    summary: 'Tries dead deliveries again, as if they were new',
    body: actions.resendDeliveries.request,
    response: actions.resendDeliveries.response,
  }),
  showAlertLink: route('get', '/a/:token', {
    ...bare,
    access: 'public',
    summary: 'The page of an acknowledge or silence link; opening it changes nothing',
    response: z.string(),
    contentType: 'text/html',
  }),
  useAlertLink: route('post', '/a/:token', {
    ...bare,
    access: 'public',
    summary: 'Does what an acknowledge or silence link is for',
    response: z.string(),
    contentType: 'text/html',
  }),
} as const;
