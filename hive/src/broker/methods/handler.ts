import type { Channel } from '../channel.ts';
import type { MethodFields } from '../codec/method-codec.ts';
import type { MethodName } from '../codec/method-table.ts';

/** What methods do on a channel, by name; each throws an AmqpError for what the client did wrong. */
export type ChannelMethods = {
  readonly [N in MethodName]?: (channel: Channel, fields: MethodFields<N>) => void;
};
