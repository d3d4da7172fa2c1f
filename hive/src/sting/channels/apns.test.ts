import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Device } from '../model.ts';
import { ApnsServer } from '../testing/apns-server.ts';
import { makeNotification } from '../testing/notifications.ts';
import { apnsChannel } from './apns.ts';
import { describeChannel, testEnvironment } from './channel.contract.ts';
import type { Channel } from './channel.ts';

const device: Device = {
  id: 'd1',
  user: 'ada',
  kind: 'apns',
  name: 'Ada’s phone',
  token: 'ab'.repeat(32),
  registeredMs: 1,
};

describeChannel(apnsChannel, async () => {
  const server = await new ApnsServer().start();
  let isStopped = false;
  return {
    fields: server.fields,
    device,
    received: () =>
      server.pushes.map(({ payload, id }) => {
        // Its shape is asserted on below.
        const { alert } = payload.aps as { alert: { title: string; body: string } };
        return { text: `${alert.title}\n${alert.body}`, key: id };
      }),
    failNext: () => server.failNext(503, 'ServiceUnavailable'),
    refuseNext: () => server.failNext(400, 'BadTopic'),
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      await server.stop();
    },
  };
});

describe('APNs', () => {
  let server: ApnsServer;
  let channel: Channel;
  beforeEach(async () => {
    server = await new ApnsServer().start();
    channel = apnsChannel.open(server.fields, testEnvironment());
  });
  afterEach(async () => {
    await channel.close();
    await server.stop();
  });

  async function send(over: Parameters<typeof makeNotification>[0] = {}) {
    const notification = makeNotification(over);
    const signal = new AbortController().signal;
    return await channel.send({ notification, device, memory: {}, isFirst: true, signal });
  }

  test('a repeat takes the place of the alert on the phone', async () => {
    await send();
    await send({ kind: 'repeated', id: 'again' });
    const [first, second] = server.pushes;
    expect(first?.token).toBe(device.token);
    expect(first?.collapseId).toBe(second?.collapseId);
    expect(first?.id).not.toBe(second?.id);
    expect(first?.payload).toMatchObject({
      aps: { alert: { title: 'Firing: Disk full on web-1' }, sound: 'default' },
      alert: 'alert-1',
      severity: 'critical',
      url: 'https://apiary.example/search?q=disk',
    });
  });

  test('a device that is not registered any more is gone', async () => {
    server.unregistered.add(device.token);
    expect(await send()).toEqual({ outcome: 'gone', note: '410: Unregistered' });
  });

  test('a token that Apple has not made is gone, a wrong topic is for a person', async () => {
    server.failNext(400, 'BadDeviceToken');
    expect(await send()).toMatchObject({ outcome: 'gone' });
    server.failNext(400, 'TopicDisallowed');
    expect(await send()).toEqual({ outcome: 'refused', note: '400: TopicDisallowed' });
  });

  test('too many requests and an expired provider token are tried again', async () => {
    server.failNext(429, 'TooManyRequests');
    expect(await send()).toMatchObject({ outcome: 'retry' });
    server.failNext(403, 'ExpiredProviderToken');
    expect(await send()).toMatchObject({ outcome: 'retry' });
    expect(await send()).toMatchObject({ outcome: 'sent' });
  });

  test('another account’s key is refused', async () => {
    const stranger = new ApnsServer();
    const other = apnsChannel.open({ ...server.fields, key: stranger.key }, testEnvironment());
    const signal = new AbortController().signal;
    const notification = makeNotification();
    const result = await other.send({ notification, device, memory: {}, isFirst: true, signal });
    await other.close();
    expect(result).toEqual({ outcome: 'refused', note: '403: InvalidProviderToken' });
  });
});
