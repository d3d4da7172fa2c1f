/** Channels, devices and deliveries as sting tells of them; secrets are never among it. */
import { z } from 'zod';
import { DELIVERY_ATTEMPTS_KEPT, DELIVERY_NOTE_CHARS_MAX } from '../limits/deliveries.ts';
import { deliveryKindSchema, severitySchema } from './delivery.ts';

/** Kinds of channels. Devices are notified through `apns` and `web-push`. */
export const CHANNEL_KINDS = [
  'apns',
  'web-push',
  'email',
  'slack',
  'jira',
  'ntfy',
  'pagerduty',
  'sns',
  'webhook',
] as const;
/** Shape of one of {@link CHANNEL_KINDS}. */
export const channelKindSchema = z.enum(CHANNEL_KINDS);
/** See {@link channelKindSchema}. */
export type ChannelKind = z.output<typeof channelKindSchema>;

/** A channel's name, as rules use it. */
export const channelNameSchema = z
  .string()
  .regex(/^[\w][\w.-]{0,63}$/, 'a name is up to 64 letters, digits, dots, hyphens, underscores');

/** What a person sends to add a channel, or to change the one of that name. */
export const channelInputSchema = z.object({
  name: channelNameSchema,
  kind: channelKindSchema,
  /** The kind's fields that are no secrets; those that are left out take their defaults. */
  settings: z.record(z.string(), z.unknown()).default({}),
  /** The kind's secret fields; one that is left out keeps its value. */
  secrets: z.record(z.string(), z.string().max(16_384)).default({}),
  enabled: z.boolean().default(true),
});

/** A channel as people see it. */
export const channelViewSchema = z.object({
  id: z.string(),
  name: channelNameSchema,
  kind: channelKindSchema,
  settings: z.record(z.string(), z.unknown()),
  /** Names of the secret fields that have a value. */
  secretsSet: z.array(z.string()),
  enabled: z.boolean(),
  createdMs: z.number(),
  createdBy: z.string(),
});
/** See {@link channelViewSchema}. */
export type ChannelView = z.output<typeof channelViewSchema>;

/** One field of a kind's set-up form. */
export const channelFieldSchema = z.object({
  name: z.string(),
  title: z.string(),
  help: z.string(),
  /** `lines` is a text of several lines, such as a certificate. */
  type: z.enum(['text', 'lines', 'number', 'switch', 'choice', 'list']),
  choices: z.array(z.string()),
  /** Goes into `secrets`, else into `settings`. */
  secret: z.boolean(),
  required: z.boolean(),
  default: z.unknown().optional(),
});
/** See {@link channelFieldSchema}. */
export type ChannelField = z.output<typeof channelFieldSchema>;

/** A kind of channel: what its set-up form asks for. */
export const channelKindViewSchema = z.object({
  kind: channelKindSchema,
  title: z.string(),
  summary: z.string(),
  /** True where it notifies the registered devices of users. */
  perDevice: z.boolean(),
  fields: z.array(channelFieldSchema),
});
/** See {@link channelKindViewSchema}. */
export type ChannelKindView = z.output<typeof channelKindViewSchema>;

/** How a device is reached. */
export const deviceInputSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('apns'),
    /** What a person calls the device. */
    name: z.string().min(1).max(128),
    /** The device token as hexadecimal digits. */
    token: z.string().regex(/^[0-9a-fA-F]{16,200}$/, 'expected hexadecimal digits'),
  }),
  z.object({
    kind: z.literal('web-push'),
    name: z.string().min(1).max(128),
    /** What `PushSubscription.toJSON()` gives. */
    endpoint: z.url({ protocol: /^https$/ }).max(2048),
    keys: z.object({
      p256dh: z.string().regex(/^[\w-]{80,96}=*$/),
      auth: z.string().regex(/^[\w-]{16,32}=*$/),
    }),
  }),
]);

/** A device as people see it; its token or subscription stays inside. */
export const deviceViewSchema = z.object({
  id: z.string(),
  user: z.string(),
  kind: z.enum(['apns', 'web-push']),
  name: z.string(),
  registeredMs: z.number(),
});
/** See {@link deviceViewSchema}. */
export type DeviceView = z.output<typeof deviceViewSchema>;

/** States of a delivery: to be tried, arrived, given up, or needless because its device is gone. */
export const DELIVERY_STATES = ['waiting', 'delivered', 'dead', 'dropped'] as const;
/** Shape of one of {@link DELIVERY_STATES}. */
export const deliveryStateSchema = z.enum(DELIVERY_STATES);

/** One attempt of a delivery. */
export const deliveryAttemptSchema = z.object({
  atMs: z.number(),
  /** Absent while it is under way, or when the process died meanwhile. */
  outcome: z.enum(['sent', 'retry', 'refused', 'gone']).optional(),
  /** What the channel said, or why it failed. */
  note: z.string().max(DELIVERY_NOTE_CHARS_MAX).optional(),
  tookMs: z.number().optional(),
});
/** See {@link deliveryAttemptSchema}. */
export type DeliveryAttempt = z.output<typeof deliveryAttemptSchema>;

/** One message to one channel or device, with the log of its attempts. Ids sort the newest first. */
export const deliveryViewSchema = z.object({
  id: z.string(),
  /** The id of the message on the bus. */
  message: z.string(),
  alert: z.string(),
  rule: z.string(),
  ruleName: z.string(),
  kind: deliveryKindSchema,
  severity: severitySchema,
  title: z.string(),
  /** When the thing happened that it tells of. */
  atMs: z.number(),
  channel: z.string(),
  channelKind: channelKindSchema.optional(),
  /** Set where it goes to a device. */
  device: z.string().optional(),
  deviceName: z.string().optional(),
  user: z.string().optional(),
  state: deliveryStateSchema,
  /** The last {@link DELIVERY_ATTEMPTS_KEPT}. */
  attempts: z.array(deliveryAttemptSchema).max(DELIVERY_ATTEMPTS_KEPT),
  attemptCount: z.number().int(),
  /** When it is tried next, while it waits. */
  nextMs: z.number(),
});
/** See {@link deliveryViewSchema}. */
export type DeliveryView = z.output<typeof deliveryViewSchema>;

/** The latest delivery to a channel or a device, in short. */
export const lastDeliverySchema = deliveryViewSchema.pick({ title: true, state: true }).extend({
  /** Of the latest attempt; without one when the thing happened that it tells of. */
  atMs: z.number(),
  /** What the other side said at the latest attempt. */
  note: z.string().optional(),
});
/** See {@link lastDeliverySchema}. */
export type LastDelivery = z.output<typeof lastDeliverySchema>;

/** A channel in a list, with what was sent to it last. */
export const listedChannelSchema = channelViewSchema.extend({
  last: lastDeliverySchema.optional(),
});
/** See {@link listedChannelSchema}. */
export type ListedChannel = z.output<typeof listedChannelSchema>;

/** A device in a list, with what was sent to it last. */
export const listedDeviceSchema = deviceViewSchema.extend({ last: lastDeliverySchema.optional() });
/** See {@link listedDeviceSchema}. */
export type ListedDevice = z.output<typeof listedDeviceSchema>;

/** What an acknowledge or silence link would do, for its page. */
export const alertLinkSchema = z.object({
  action: z.enum(['acknowledge', 'silence']),
  alert: z.string(),
  title: z.string(),
  /** Minutes of a silence. */
  minutes: z.number().int(),
  expiresMs: z.number(),
});
/** See {@link alertLinkSchema}. */
export type AlertLink = z.output<typeof alertLinkSchema>;

/** What came of one test of a channel, for each device where there are devices. */
export const channelTestSchema = z.object({
  device: z.string().optional(),
  outcome: z.enum(['sent', 'retry', 'refused', 'gone']),
  note: z.string(),
  tookMs: z.number(),
});
/** See {@link channelTestSchema}. */
export type ChannelTest = z.output<typeof channelTestSchema>;
