import { describe, expect, test } from '@jest/globals';
import { transferable } from './section-transfer.ts';

describe('sections that go to another thread', () => {
  test('take their memory along where nobody else has a part of it, once', () => {
    const own = new Uint8Array(10);
    const whole = Buffer.alloc(100_000);
    const part = Buffer.alloc(100).subarray(1);
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    const sections = [own, whole, part, shared, new Uint8Array(0), new Uint8Array(own.buffer)];
    expect(transferable(sections)).toEqual([own.buffer, whole.buffer]);
  });

  test('are what they were on the other side', () => {
    const sections = [Buffer.from('a section'), Buffer.alloc(100_000, 7)];
    const moved = structuredClone(sections, { transfer: transferable(sections) });
    expect(moved.map((bytes) => Buffer.from(bytes).toString('latin1'))).toEqual([
      'a section',
      '\x07'.repeat(100_000),
    ]);
    expect(sections[1]).toHaveLength(0);
  });
});
