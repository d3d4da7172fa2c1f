import { describe, expect, it } from '@jest/globals';
import { SameOrigin } from './same-origin.ts';

const loopback = new SameOrigin({ host: '127.0.0.1' });

describe('the Host header', () => {
  it.each(['127.0.0.1:4280', 'localhost:4280', 'localhost', '[::1]:4280'])(
    'may be %s on a loopback address',
    (host) => {
      expect(() => loopback.checkHost({ host })).not.toThrow();
    },
  );

  it.each(['evil.example', 'evil.example:4280', '127.0.0.1.evil.example', '', '10.0.0.1:4280'])(
    'may not be "%s" there, so that a rebound name reaches nothing',
    (host) => {
      expect(() => loopback.checkHost({ host })).toThrow(/own address/);
    },
  );

  it('may be the public address, or anything where others may connect', () => {
    const behindProxy = new SameOrigin({ host: '127.0.0.1', publicUrl: 'https://logs.example' });
    expect(() => behindProxy.checkHost({ host: 'logs.example' })).not.toThrow();
    expect(() => behindProxy.checkHost({ host: 'evil.example' })).toThrow();
    const open = new SameOrigin({ host: '0.0.0.0' });
    expect(() => open.checkHost({ host: 'hive.lan:4280' })).not.toThrow();
  });

  it('names the machine itself at the loopback port of a server that speaks TLS', () => {
    const tls = { cert: 'server.crt', key: 'server.key' };
    const secure = new SameOrigin({ host: '0.0.0.0', tls });
    expect(() => secure.checkHost({ host: 'hive.lan:4280' }, false)).not.toThrow();
    expect(() => secure.checkHost({ host: '127.0.0.1:39001' }, true)).not.toThrow();
    expect(() => secure.checkHost({ host: 'evil.example:39001' }, true)).toThrow(/own address/);
  });
});

describe('the source of an unsafe request', () => {
  const host = '127.0.0.1:4280';
  const check = (headers: object) => () => loopback.checkSource({ host, ...headers });

  it('may be our own pages, or no browser', () => {
    expect(check({ origin: 'http://127.0.0.1:4280' })).not.toThrow();
    expect(check({ 'sec-fetch-site': 'same-origin' })).not.toThrow();
    expect(check({})).not.toThrow();
  });

  it('may be neither another site nor another port of this machine', () => {
    expect(check({ origin: 'http://127.0.0.1:8000' })).toThrow(/another site/);
    expect(check({ origin: 'null' })).toThrow();
    expect(check({ 'sec-fetch-site': 'same-site' })).toThrow();
    expect(check({ origin: 'http://127.0.0.1:4280', 'sec-fetch-site': 'cross-site' })).toThrow();
  });
});
