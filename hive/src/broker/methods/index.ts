import { AmqpError } from '../amqp-error.ts';
import type { Channel } from '../channel.ts';
import type { Method, MethodFields } from '../codec/method-codec.ts';
import type { MethodName } from '../codec/method-table.ts';
import { basicMethods } from './basic.ts';
import { channelMethods } from './channel.ts';
import { confirmMethods } from './confirm.ts';
import { exchangeMethods } from './exchange.ts';
import type { ChannelMethods } from './handler.ts';
import { queueMethods } from './queue.ts';

const HANDLERS: ChannelMethods = {
  ...channelMethods,
  ...exchangeMethods,
  ...queueMethods,
  ...basicMethods,
  ...confirmMethods,
};

/** Calls what a method does on an open channel. @throws AmqpError 540 for what is not implemented. */
export function callChannelMethod(channel: Channel, method: Method): void {
  call(channel, method.name, method.fields);
}

function call<N extends MethodName>(
  channel: Channel,
  name: N,
  fields: MethodFields<MethodName>,
): void {
  const handler = HANDLERS[name];
  if (!handler) throw new AmqpError(540, `${name} is not implemented`);
  // decodeMethod pairs each name with its own fields.
  handler(channel, fields as unknown as MethodFields<N>);
}
