import { describe, expect, it } from '@jest/globals';
import { brokerWord, isLoopback } from './broker-word.ts';

describe('the broker as Bees are given it', () => {
  it.each([
    [{ host: '192.0.2.10', port: 5672, secure: false }, '192.0.2.10'],
    [{ host: '192.0.2.10', port: 5673, secure: false }, '192.0.2.10:5673'],
    [{ host: 'mq.example', port: 5671, secure: true }, 'amqps://mq.example'],
    [{ host: '[::1]', port: 16_672, secure: false }, '[::1]:16672'],
  ])('%j is %s', (broker, word) => expect(brokerWord(broker)).toBe(word));

  it('knows when nobody else can reach it', () => {
    expect(['127.0.0.1', '[::1]', 'localhost', '192.0.2.1'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
