/** The documents of sting: channels, devices, deliveries, and the messages that deliveries tell. */
import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import {
  channelViewSchema,
  deliveryViewSchema,
  deviceInputSchema,
  deviceViewSchema,
} from '@apiary/common/messages/channel.ts';
import { deliveryMessageSchema } from '@apiary/common/messages/delivery.ts';
import { z } from 'zod';

const channelSchema = channelViewSchema.extend({
  /** What `Secrets.seal` made of the secret fields, for this id. */
  sealed: z.string(),
});
/** A channel as stored. */
export type ChannelDocument = z.output<typeof channelSchema>;

const [apnsInput, webPushInput] = deviceInputSchema.options;
const registered = deviceViewSchema.pick({ id: true, user: true, registeredMs: true });
const deviceSchema = z.discriminatedUnion('kind', [
  apnsInput.extend(registered.shape),
  webPushInput.extend(registered.shape),
]);
/** A device as stored, with what it is reached by. */
export type Device = z.output<typeof deviceSchema>;

/** See {@link Delivery}. */
export const deliverySchema = deliveryViewSchema.extend({
  /** The id of the channel; empty where there was none of that name. */
  channelId: z.string(),
  /** Channel, device and alert: deliveries of one thread go one after another. */
  thread: z.string(),
  /** The instance that works on it, until then. */
  owner: z.string(),
  leaseUntilMs: z.number(),
  /** What the channel wants to know again. */
  memory: z.record(z.string(), z.string()),
});
/** A delivery as stored. */
export type Delivery = z.output<typeof deliverySchema>;

const notificationSchema = z.object({ id: z.string(), message: deliveryMessageSchema });
/** A message, kept as long as one of its deliveries. */
export type NotificationDocument = z.output<typeof notificationSchema>;

const CHANNELS: CollectionDefinition<ChannelDocument> = {
  name: 'channels',
  schema: channelSchema,
  indexes: ['name', 'kind'],
};
const DEVICES: CollectionDefinition<Device> = {
  name: 'devices',
  schema: deviceSchema,
  indexes: ['user', 'kind'],
};
const DELIVERIES: CollectionDefinition<Delivery> = {
  name: 'deliveries',
  schema: deliverySchema,
  indexes: ['state', 'alert', 'channel', 'device', 'thread', 'message'],
};
const NOTIFICATIONS: CollectionDefinition<NotificationDocument> = {
  name: 'notifications',
  schema: notificationSchema,
  indexes: [],
};

/** People, of whom sting needs only whether they are still there. */
const USERS: CollectionDefinition<{ readonly id: string }> = {
  name: 'users',
  schema: z.looseObject({ id: z.string() }),
  indexes: [],
};

/** What sting writes, and the users, which queen writes. */
export interface Model {
  readonly channels: Collection<ChannelDocument>;
  readonly devices: Collection<Device>;
  readonly deliveries: Collection<Delivery>;
  readonly notifications: Collection<NotificationDocument>;
  readonly users: Collection<{ readonly id: string }>;
}

/** Opens the collections. @throws AppError as `Documents.collection` */
export async function openModel(documents: Documents): Promise<Model> {
  return {
    channels: await documents.collection(CHANNELS),
    devices: await documents.collection(DEVICES),
    deliveries: await documents.collection(DELIVERIES),
    notifications: await documents.collection(NOTIFICATIONS),
    users: await documents.collection(USERS),
  };
}
