/** What sting answers. */
import { z } from 'zod';
import { ALERT_LINK_CHARS_MAX } from '../../limits/deliveries.ts';
import {
  alertLinkSchema,
  channelInputSchema,
  channelKindViewSchema,
  channelNameSchema,
  channelTestSchema,
  channelViewSchema,
  deliveryStateSchema,
  deliveryViewSchema,
  deviceInputSchema,
  deviceViewSchema,
  listedChannelSchema,
  listedDeviceSchema,
} from '../channel.ts';
import { defineAction } from './action.ts';

const linkRequest = z.object({ token: z.string().min(1).max(ALERT_LINK_CHARS_MAX) });

/** The table. */
export const stingActions = {
  listChannelKinds: defineAction(
    'sting.listChannelKinds',
    'viewer',
    z.object({}),
    z.object({ kinds: z.array(channelKindViewSchema) }),
  ),
  listChannels: defineAction(
    'sting.listChannels',
    'viewer',
    z.object({}),
    z.object({ channels: z.array(listedChannelSchema) }),
  ),
  /** Adds a channel, or changes the one of that name. */
  putChannel: defineAction(
    'sting.putChannel',
    'admin',
    channelInputSchema,
    z.object({ channel: channelViewSchema }),
  ),
  removeChannels: defineAction(
    'sting.removeChannels',
    'admin',
    z.object({ names: z.array(channelNameSchema).min(1).max(100) }),
    z.object({ removed: z.array(z.string()) }),
  ),
  /** Sends one message at once, without a delivery; where there are devices, to the caller's own. */
  testChannel: defineAction(
    'sting.testChannel',
    'editor',
    z.object({ name: channelNameSchema }),
    z.object({ results: z.array(channelTestSchema) }),
  ),
  /** One's own devices; an admin may ask for everybody's. */
  listDevices: defineAction(
    'sting.listDevices',
    'viewer',
    z.object({ everybody: z.boolean().default(false) }),
    z.object({ devices: z.array(listedDeviceSchema) }),
  ),
  /** Registers one's own device, or notes that it is still there. */
  registerDevice: defineAction(
    'sting.registerDevice',
    'viewer',
    deviceInputSchema,
    z.object({ device: deviceViewSchema }),
  ),
  /** One's own; an admin anybody's. */
  removeDevices: defineAction(
    'sting.removeDevices',
    'viewer',
    z.object({ devices: z.array(z.string().min(1).max(128)).min(1).max(100) }),
    z.object({ removed: z.array(z.string()) }),
  ),
  /** Sends one message at once to one device: one's own, or as an admin anybody's. */
  testDevice: defineAction(
    'sting.testDevice',
    'viewer',
    z.object({ device: z.string().min(1).max(128) }),
    z.object({ result: channelTestSchema }),
  ),
  /** The key that browsers subscribe with; made at the first call. */
  webPushKey: defineAction(
    'sting.webPushKey',
    'viewer',
    z.object({}),
    z.object({ publicKey: z.string() }),
  ),
  /** A page, newest first. */
  listDeliveries: defineAction(
    'sting.listDeliveries',
    'viewer',
    z.object({
      state: deliveryStateSchema.optional(),
      alert: z.string().max(64).optional(),
      channel: z.string().max(64).optional(),
      /** Continues behind this id. */
      after: z.string().max(64).optional(),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    z.object({ deliveries: z.array(deliveryViewSchema), next: z.string().optional() }),
  ),
  /** Tries dead ones again, as if they were new. */
  resendDeliveries: defineAction(
    'sting.resendDeliveries',
    'editor',
    z.object({ deliveries: z.array(z.string().min(1).max(64)).min(1).max(500) }),
    z.object({ deliveries: z.array(deliveryViewSchema) }),
  ),
  /** What a link would do. The link itself is the right to ask. */
  readAlertLink: defineAction('sting.readAlertLink', 'viewer', linkRequest, alertLinkSchema),
  /** Does it. */
  useAlertLink: defineAction('sting.useAlertLink', 'viewer', linkRequest, alertLinkSchema),
} as const;
