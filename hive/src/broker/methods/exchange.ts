import { AmqpError } from '../amqp-error.ts';
import type { Channel } from '../channel.ts';
import { textOf } from '../codec/field-table.ts';
import type { MethodFields } from '../codec/method-codec.ts';
import type { Exchange } from '../exchange.ts';
import { EXCHANGE_TYPES } from '../routing.ts';
import type { ChannelMethods } from './handler.ts';
import { checkNotDefault, checkNotReserved, checkSame, findExchange } from './lookup.ts';

/** The exchange class. */
export const exchangeMethods: ChannelMethods = {
  'exchange.declare': (channel, fields) => {
    if (fields.passive) findExchange(channel, fields.exchange);
    else declare(channel, fields);
    if (!fields.noWait) channel.send('exchange.declare-ok', {});
  },
  'exchange.delete': (channel, { exchange: name, ifUnused, noWait }) => {
    checkNotDefault(name);
    checkNotReserved('exchange', name);
    channel.connection.account.check('configure', 'exchange', name);
    const exchange = channel.host.exchanges.get(name);
    if (exchange && ifUnused && exchange.bindingCount > 0) {
      throw new AmqpError(406, `exchange '${name}' in vhost '/' in use`);
    }
    if (exchange) channel.host.deleteExchange(exchange);
    if (!noWait) channel.send('exchange.delete-ok', {});
  },
  'exchange.bind': (channel, fields) => {
    const { source, destination } = ends(channel, fields);
    channel.host.bind(source, fields.routingKey, destination);
    if (!fields.noWait) channel.send('exchange.bind-ok', {});
  },
  'exchange.unbind': (channel, fields) => {
    const { source, destination } = ends(channel, fields);
    channel.host.unbind(source, fields.routingKey, destination);
    if (!fields.noWait) channel.send('exchange.unbind-ok', {});
  },
};

function ends(channel: Channel, fields: MethodFields<'exchange.bind'>) {
  checkNotDefault(fields.source);
  checkNotDefault(fields.destination);
  const { account } = channel.connection;
  account.check('write', 'exchange', fields.destination);
  account.check('read', 'exchange', fields.source);
  return {
    source: findExchange(channel, fields.source),
    destination: findExchange(channel, fields.destination),
  };
}

function declare(channel: Channel, fields: MethodFields<'exchange.declare'>): void {
  const { exchange: name, durable, autoDelete, internal } = fields;
  checkNotDefault(name);
  channel.connection.account.check('configure', 'exchange', name);
  const existing = channel.host.exchanges.get(name);
  if (existing) {
    checkEquivalent(existing, fields);
    return;
  }
  checkNotReserved('exchange', name);
  if (fields.type === 'headers') throw new AmqpError(540, 'exchange type headers');
  const type = EXCHANGE_TYPES.find((other) => other === fields.type);
  if (!type) throw new AmqpError(503, `unknown exchange type '${fields.type}'`);
  const alternate = textOf(fields.arguments.get('alternate-exchange'));
  if (alternate !== undefined) {
    channel.connection.account.check('read', 'exchange', name);
    channel.connection.account.check('write', 'exchange', alternate);
  }
  const options = { name, type, durable, autoDelete, internal, arguments: fields.arguments };
  channel.host.declareExchange(options);
}

function checkEquivalent(existing: Exchange, fields: MethodFields<'exchange.declare'>): void {
  const thing = `exchange '${existing.name}'`;
  const { options } = existing;
  checkSame(thing, 'type', fields.type, options.type);
  checkSame(thing, 'durable', fields.durable, options.durable);
  checkSame(thing, 'auto_delete', fields.autoDelete, options.autoDelete);
  checkSame(thing, 'internal', fields.internal, options.internal);
  const alternate = textOf(fields.arguments.get('alternate-exchange'));
  checkSame(thing, 'alternate-exchange', alternate ?? 'none', existing.alternate ?? 'none');
}
