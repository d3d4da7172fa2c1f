import { expect, test } from '@jest/globals';
import { BrokerNodes, brokersSchema, optionsOf, parseBrokers } from './address.ts';

test('one address is one node', () => {
  expect(parseBrokers('amqp://u:p@a/v')).toEqual(['amqp://u:p@a/v']);
});

test('hosts with commas between them share account, virtual host and the rest', () => {
  expect(parseBrokers('amqps://u:p,w@a:5673, b,[2001:db8::1]:7/v?heartbeat=3')).toEqual([
    'amqps://u:p,w@a:5673/v?heartbeat=3',
    'amqps://u:p,w@b/v?heartbeat=3',
    'amqps://u:p,w@[2001:db8::1]:7/v?heartbeat=3',
  ]);
});

test('whole addresses with commas between them keep what each says', () => {
  expect(parseBrokers('amqp://u:p@a,amqp://x:y@b:5673/other')).toEqual([
    'amqp://u:p@a',
    'amqp://x:y@b:5673/other',
  ]);
});

test.each(['', 'a,b', 'http://a', 'amqp://', 'amqp://a,,b', 'amqp://u:p@a,'])(
  '%s is no broker',
  (text) => {
    expect(() => parseBrokers(text)).toThrow(/^broker: /);
    expect(brokersSchema.safeParse(text).success).toBe(false);
  },
);

test('a pin for some nodes only is refused, and so are nodes without number', () => {
  expect(() => parseBrokers('amqps://a?pin=1,amqps://b')).toThrow(/all nodes or for none/);
  expect(() => parseBrokers(`amqp://${'a,'.repeat(100)}a`)).toThrow(/over \d+ nodes/);
});

test('an address as options of a connection', () => {
  expect(optionsOf('amqp://h')).toMatchObject({ hostname: 'h', port: 5672, username: 'guest' });
  expect(optionsOf('amqps://u:p%40@[::1]/v%2Fw?heartbeat=3&frameMax=9')).toEqual({
    ...{ protocol: 'amqps', hostname: '::1', port: 5671, username: 'u', password: 'p@' },
    ...{ vhost: 'v%2Fw', heartbeat: 3, frameMax: 9 },
  });
});

test('nodes are gone round from one by chance; whoever holds the options sees the current one', () => {
  const nodes = new BrokerNodes(['amqp://a', 'amqp://b', 'amqp://c'], () => 0.5);
  const { options } = nodes;
  const seen = Array.from({ length: 4 }, () => {
    const { hostname } = options;
    nodes.next();
    return hostname;
  });
  expect(seen).toEqual(['b', 'c', 'a', 'b']);
});
