import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPrivateAddress, outboundAddress } from './address.ts';

const PRIVATE = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.2.1',
  '192.168.1.1',
  '198.19.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::a00:1',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '2001:db8::1',
  '2001::1',
  '2002:a00:1::1',
  'not an address',
];
const PUBLIC = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '1.1.1.1', '2606:4700::1111', '2a00::1'];

describe('private addresses', () => {
  test.each(PRIVATE)('%s is one', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  test.each(PUBLIC)('%s is none', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });

  test('no address whatever within 10.0.0.0/8 or fd00::/8 passes, also written as IPv6', () => {
    fc.assert(
      fc.property(fc.nat(0xff_ffff), (rest) => {
        const ipv4 = `10.${rest >> 16}.${(rest >> 8) & 255}.${rest & 255}`;
        const all = [ipv4, `::ffff:${ipv4}`, `fd00::${rest.toString(16).slice(0, 4)}`];
        return all.every(isPrivateAddress);
      }),
    );
  });
});

describe('resolving', () => {
  const resolving = (addresses: readonly string[]) => {
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return addresses;
    };
    return { asked, resolve };
  };

  test('asks once and gives the address that was judged', async () => {
    const { asked, resolve } = resolving(['8.8.8.8', '1.1.1.1']);
    expect(await outboundAddress('hooks.example', { allowPrivate: false, resolve })).toBe(
      '8.8.8.8',
    );
    expect(asked).toEqual(['hooks.example']);
  });

  test('a name with one private address among its addresses is refused', async () => {
    const { resolve } = resolving(['8.8.8.8', '127.0.0.1']);
    await expect(
      outboundAddress('rebind.example', { allowPrivate: false, resolve }),
    ).rejects.toMatchObject({ code: 'address-forbidden' });
    expect(await outboundAddress('rebind.example', { allowPrivate: true, resolve })).toBe(
      '8.8.8.8',
    );
  });

  test('addresses are taken as they are, also in brackets', async () => {
    const { asked, resolve } = resolving([]);
    const allowPrivate = true;
    expect(await outboundAddress('[::1]', { allowPrivate, resolve })).toBe('::1');
    expect(await outboundAddress('127.0.0.1', { allowPrivate, resolve })).toBe('127.0.0.1');
    expect(asked).toEqual([]);
  });

  test('a name without an address fails', async () => {
    const { resolve } = resolving([]);
    await expect(outboundAddress('void.example', { allowPrivate: true, resolve })).rejects.toThrow(
      'no address',
    );
  });
});
