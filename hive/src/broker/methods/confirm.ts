import type { ChannelMethods } from './handler.ts';

/** The confirm class. */
export const confirmMethods: ChannelMethods = {
  'confirm.select': (channel, { noWait }) => {
    channel.selectConfirms();
    if (!noWait) channel.send('confirm.select-ok', {});
  },
};
