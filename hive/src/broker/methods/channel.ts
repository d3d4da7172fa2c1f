import type { ChannelMethods } from './handler.ts';

/** The channel class, but for open and close, which are the connection's. */
export const channelMethods: ChannelMethods = {
  'channel.flow': (channel, { active }) => {
    channel.flowActive = active;
    channel.send('channel.flow-ok', { active });
    if (active) channel.scheduleConsumers();
  },
  'channel.flow-ok': () => undefined,
};
