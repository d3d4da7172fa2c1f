import { describe, expect, test } from '@jest/globals';
import { allowedAddressOf } from './inputs/listen-allowance.ts';
import { brokerUrl, brokerUrls, defaultDataFolder, readBeeSettings } from './settings.ts';

describe('the data folder', () => {
  test('is where the system keeps such things', () => {
    expect(defaultDataFolder('linux', true)).toBe('/var/lib/apiary-bee');
    expect(defaultDataFolder('darwin', true)).toBe('/Library/Application Support/apiary-bee');
    expect(defaultDataFolder('win32', false)).toBe('C:\\ProgramData\\apiary-bee');
    expect(defaultDataFolder('linux', false)).toMatch(/\.local\/share\/apiary\/bee$/);
  });
});

describe('the settings of a Bee', () => {
  test.each([
    ['192.0.2.7', 'amqp://bee:bee@192.0.2.7:5672'],
    ['broker.example', 'amqp://bee:bee@broker.example:5672'],
    ['broker.example:5673', 'amqp://bee:bee@broker.example:5673'],
    ['2001:db8::1', 'amqp://bee:bee@[2001:db8::1]:5672'],
    ['[2001:db8::1]:99', 'amqp://bee:bee@[2001:db8::1]:99'],
    ['amqp://a:b@h/', 'amqp://a:b@h:5672/'],
    ['amqps://h', 'amqps://bee:bee@h:5671'],
  ])('%s is %s', (word, url) => {
    expect(brokerUrl(word)).toBe(url);
  });

  test.each(['http://x', 'a b', 'amqp://'])('%s is no broker', (word) => {
    expect(() => brokerUrl(word)).toThrow(/broker/);
  });

  test.each([
    ['a, b:7', 'amqp://bee:bee@a:5672,amqp://bee:bee@b:7'],
    ['amqps://u:p@a,b', 'amqps://u:p@a:5671,amqps://u:p@b:5671'],
    ['amqp://a,amqps://b', 'amqp://bee:bee@a:5672,amqps://bee:bee@b:5671'],
  ])('%s are nodes of one cluster', (text, urls) => {
    expect(brokerUrls(text)).toBe(urls);
  });

  test('need nothing but the broker', () => {
    expect(readBeeSettings(['h'], {}, true)).toMatchObject({
      broker: 'amqp://bee:bee@h:5672',
      dataFolder: '/var/lib/apiary-bee',
      allow: ['/var/log'],
      logLevel: 'info',
    });
    expect(readBeeSettings(['h'], {}, false).dataFolder).toMatch(/\.local\/share\/apiary\/bee$/);
    expect(readBeeSettings([], { APIARY_BROKER: 'h' }, false).broker).toContain('@h:');
  });

  test('let targets listen on loopback alone, unless they say otherwise', () => {
    const { listen } = readBeeSettings(['h'], {}, false);
    expect(listen).not.toBe('any');
    expect(() => allowedAddressOf('syslog+udp://0.0.0.0:514', listen)).toThrow(/--listen/);
    expect(allowedAddressOf('syslog+udp://127.0.0.1:514', listen).port).toBe(514);
    expect(readBeeSettings(['h'], { APIARY_LISTEN: 'any' }, false).listen).toBe('any');
  });

  test('take several roots', () => {
    const { allow } = readBeeSettings(['h', '--allow', '/a:/b', '/c'], {}, false);
    expect(allow).toEqual(['/a', '/b', '/c']);
    expect(() => readBeeSettings(['h', '--allow', 'a'], {}, false)).toThrow(/absolute/);
    expect(() => readBeeSettings([], {}, false)).toThrow(/broker/);
    expect(() => readBeeSettings(['h', 'x'], {}, false)).toThrow(/unexpected/);
  });

  test('take a certificate with its key, or neither', () => {
    const pair = ['--tls-cert', '/a.crt', '--tls-key', '/a.key'];
    expect(readBeeSettings(['h', ...pair], {}, false).tls).toEqual({
      certificate: { cert: '/a.crt', key: '/a.key' },
    });
    expect(readBeeSettings(['h'], {}, false).tls).toEqual({});
    expect(() => readBeeSettings(['h', '--tls-cert', '/a.crt'], {}, false)).toThrow(/both/);
    expect(() => readBeeSettings(['h', '--tls-client-ca', '/none.crt'], {}, false)).toThrow(
      /--tls-client-ca: \/none.crt/,
    );
  });
});
