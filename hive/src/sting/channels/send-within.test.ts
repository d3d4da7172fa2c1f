import { expect, test } from '@jest/globals';
import { makeNotification } from '../testing/notifications.ts';
import type { Channel } from './channel.ts';
import { sendWithin } from './send-within.ts';

const notification = makeNotification();
const order = { notification, device: undefined, memory: {}, isFirst: true };
const close = async () => {};

test('a channel that never answers ends in time', async () => {
  const deaf: Channel = { send: () => new Promise(() => {}), close };
  expect(await sendWithin(deaf, order, 20)).toEqual({
    outcome: 'retry',
    note: 'no answer in time',
  });
});

test('a channel that breaks is tried again', async () => {
  const broken: Channel = { send: () => Promise.reject(new Error('broken pipe')), close };
  expect(await sendWithin(broken, order)).toEqual({ outcome: 'retry', note: 'broken pipe' });
});
