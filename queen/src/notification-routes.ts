/** Routes of channels, devices, deliveries and alert links: a part of Queen's table. sting answers. */
import { ATTEMPT_MS_MAX } from '@apiary/common/limits/deliveries.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import { z } from 'zod';
import { bare, relay, route } from './route.ts';

const actions = stingActions;
const deliveries = actions.listDeliveries.request.shape;

/** A test ends by itself before its caller gives up. */
const TEST_ANSWER_MS = ATTEMPT_MS_MAX + 5_000;

/** See the file's head. */
export const NOTIFICATION_ROUTES = {
  listChannelKinds: relay(
    'get',
    '/api/channels/kinds',
    actions.listChannelKinds,
    'Lists the kinds of channels with the fields of their set-up forms',
  ),
  listChannels: relay(
    'get',
    '/api/channels',
    actions.listChannels,
    'Lists channels with what was sent to each last; secrets are named, never shown',
  ),
  putChannel: relay(
    'post',
    '/api/channels',
    actions.putChannel,
    'Adds a channel, or changes the one of that name; secrets left out stay',
  ),
  removeChannels: relay('post', '/api/channels/remove', actions.removeChannels, 'Removes channels'),
  testChannel: relay(
    'post',
    '/api/channels/test',
    actions.testChannel,
    'Sends a test message at once and tells what came of it',
    { deadlineMs: TEST_ANSWER_MS },
  ),
  listDevices: relay(
    'get',
    '/api/devices',
    actions.listDevices,
    'Lists one’s own devices with what was sent to each last; `everybody=true` for admins: all',
    {
      query: z.object({
        everybody: z
          .enum(['true', 'false'])
          .default('false')
          .transform((text) => text === 'true'),
      }),
    },
  ),
  registerDevice: relay(
    'post',
    '/api/devices',
    actions.registerDevice,
    'Registers a phone app or a browser of the caller; again notes that it is still there',
  ),
  removeDevices: relay(
    'post',
    '/api/devices/remove',
    actions.removeDevices,
    'Removes devices: one’s own, or as an admin anybody’s',
  ),
  testDevice: relay(
    'post',
    '/api/devices/test',
    actions.testDevice,
    'Sends a test message to one device and tells what came of it: one’s own, or as an admin anybody’s',
    { deadlineMs: TEST_ANSWER_MS },
  ),
  webPushKey: relay(
    'get',
    '/api/devices/web-push-key',
    actions.webPushKey,
    'Gives the key (VAPID) that browsers subscribe with',
  ),
  listDeliveries: relay(
    'get',
    '/api/deliveries',
    actions.listDeliveries,
    'Lists deliveries with their attempts, newest first, page by page',
    {
      query: z.object({
        state: deliveries.state,
        alert: deliveries.alert,
        channel: deliveries.channel,
        after: deliveries.after,
        limit: z.coerce.number().pipe(deliveries.limit.unwrap()).default(100),
      }),
    },
  ),
  resendDeliveries: relay(
    'post',
    '/api/deliveries/resend',
    actions.resendDeliveries,
    'Tries dead deliveries again, as if they were new',
  ),
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
