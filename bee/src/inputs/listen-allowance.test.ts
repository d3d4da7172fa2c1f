import { describe, expect, test } from '@jest/globals';
import { allowedAddressOf, readListenAllowance } from './listen-allowance.ts';

describe('where targets may listen', () => {
  test.each([
    ['any', 'syslog+udp://0.0.0.0:514', true],
    ['none', 'syslog+udp://127.0.0.1:5140', false],
    ['loopback', 'syslog+udp://127.0.0.1:5140', true],
    ['loopback', 'syslog+udp://[::1]:5140', true],
    ['loopback', 'fluent://localhost:24224', true],
    ['loopback', 'syslog+udp://0.0.0.0:5140', false],
    ['loopback', 'syslog+udp://192.0.2.7:5140', false],
    ['loopback,0.0.0.0:514', 'syslog+udp://0.0.0.0:514', true],
    ['0.0.0.0:514,loopback', 'http://127.0.0.1:80', true],
    ['127.0.0.1', 'http://127.0.0.1:1', true],
    ['127.0.0.1', 'http://0.0.0.0:8088', false],
    ['0.0.0.0:514', 'syslog+tcp://0.0.0.0:514', true],
    ['0.0.0.0:514', 'syslog+tcp://0.0.0.0:515', false],
    ['0.0.0.0:514,127.0.0.1:1024-65535', 'gelf+udp://127.0.0.1:12201', true],
    ['0.0.0.0:514,127.0.0.1:1024-65535', 'gelf+udp://127.0.0.1:80', false],
    ['[::1]:514', 'syslog+tcp://[::1]:514', true],
    ['LOCALHOST', 'fluent://localhost:24224', true],
  ])('%s, %s: %s', (setting, url, isAllowed) => {
    const allowance = readListenAllowance(setting);
    if (isAllowed) expect(allowedAddressOf(url, allowance).port).toBeGreaterThan(0);
    else {
      expect(() => allowedAddressOf(url, allowance)).toThrow(
        expect.objectContaining({ code: 'target-forbidden' }),
      );
    }
  });

  test.each(['', '127.0.0.1:70000', '127.0.0.1:9-1', 'a b', '127.0.0.1:'])(
    '%j is no setting',
    (text) => {
      expect(() => readListenAllowance(text)).toThrow(
        expect.objectContaining({ code: 'setting-invalid' }),
      );
    },
  );
});
