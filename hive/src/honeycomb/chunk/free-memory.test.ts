import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { freeMemory } from './free-memory.ts';

test.each([5_000, 40_000, 100_000])('frees %s bytes of memory that bytes have alone', (size) => {
  const bytes = Buffer.allocUnsafeSlow(size).fill(7);
  const others = bytes.subarray(10);
  freeMemory(bytes);
  expect([bytes.length, others.length, bytes[0]]).toEqual([0, 0, undefined]);
});

test.each<[string, () => Buffer]>([
  ['behind others', () => Buffer.from(randomBytes(100_000).buffer, 50_000)],
  ['before others', () => Buffer.from(randomBytes(100_000).buffer, 0, 50_000)],
  ['in the memory of small buffers', () => Buffer.from('a line')],
  ['few', () => Buffer.allocUnsafeSlow(1000)],
  ['as large as that', () => Buffer.allocUnsafeSlow(Buffer.poolSize)],
  ['in memory of several threads', () => Buffer.from(new SharedArrayBuffer(100_000))],
])('leaves bytes alone that are %s', (_, make) => {
  const bytes = make();
  const before = Buffer.from(bytes);
  freeMemory(bytes);
  expect(bytes.equals(before)).toBe(true);
  expect(bytes.length).toBeGreaterThan(0);
});
