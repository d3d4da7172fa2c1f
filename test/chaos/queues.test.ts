import { describe, expect, test } from '@jest/globals';
import { type QueueDepth, rabbitQueues, stuckQueues } from './queues.ts';

const queue = (name: string, ready: number, unacknowledged = 0): QueueDepth => ({
  ...{ name, ready, unacknowledged },
});

describe('queues at the end', () => {
  test('are not stuck when each was empty once, and the broker is read again when it fails', async () => {
    const looks = [
      () => [queue('a', 1), queue('b', 0)],
      () => {
        throw new Error('it starts');
      },
      () => [queue('a', 0), queue('b', 2)],
    ];
    expect(await stuckQueues(async () => looks.shift()?.() ?? [], 60_000)).toEqual([]);
    expect(looks).toEqual([]);
  });

  test('are stuck with messages that wait, or that nobody acknowledges', async () => {
    const read = async () => [queue('a', 3), queue('b', 0, 4), queue('c', 0)];
    expect(await stuckQueues(read, 0)).toEqual([
      'a: 3 wait, 0 are not acknowledged',
      'b: 0 wait, 4 are not acknowledged',
    ]);
  });

  test('are read from what rabbitmqctl says', async () => {
    const told = '[{"name":"q","messages_ready":1,"messages_unacknowledged":2}]';
    const read = rabbitQueues(async (words) => (words.includes('list_queues') ? told : ''));
    expect(await read()).toEqual([queue('q', 1, 2)]);
  });
});
