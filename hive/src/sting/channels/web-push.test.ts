import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { httpFailures } from '../testing/http-rig.ts';
import { makeNotification } from '../testing/notifications.ts';
import { PushService } from '../testing/push-service.ts';
import { describeChannel, testEnvironment } from './channel.contract.ts';
import { webPushChannel } from './web-push.ts';

const keys = webPushChannel.initial?.() ?? {};

function subscribed(service: PushService, siteKey = keys.publicKey ?? '') {
  const { id, endpoint, keys: browserKeys } = service.subscribe(siteKey);
  const kind = 'web-push' as const;
  const name = 'Firefox';
  const device = {
    id: 'd1',
    user: 'ada',
    kind,
    name,
    registeredMs: 1,
    endpoint,
    keys: browserKeys,
  };
  return { id, device };
}

const fieldsOf = (service: PushService) => ({
  ...keys,
  ca: service.certificate,
  privateAddress: true,
});

describeChannel(webPushChannel, async () => {
  const service = new PushService();
  await service.http.start();
  return {
    fields: fieldsOf(service),
    device: subscribed(service).device,
    received: () =>
      service.pushes.map(({ payload }) => ({
        text: `${payload.title}\n${payload.body}`,
        key: String(payload.key),
      })),
    ...httpFailures(service.http),
  };
});

describe('Web Push', () => {
  let service: PushService;
  beforeEach(async () => {
    service = new PushService();
    await service.http.start();
  });
  afterEach(async () => {
    await service.http.stop();
  });

  async function send(device: ReturnType<typeof subscribed>['device']) {
    const channel = webPushChannel.open(fieldsOf(service), testEnvironment());
    const notification = makeNotification();
    const signal = new AbortController().signal;
    return await channel.send({ notification, device, memory: {}, isFirst: true, signal });
  }

  test('the browser reads what nobody in between could', async () => {
    const { device } = subscribed(service);
    expect(await send(device)).toMatchObject({ outcome: 'sent' });
    const [request] = service.http.requests;
    expect(request?.body.includes('Disk full')).toBe(false);
    expect(service.pushes[0]).toMatchObject({
      urgency: 'high',
      payload: { title: 'Firing: Disk full on web-1', alert: 'alert-1' },
    });
    expect(service.pushes[0]?.topic).toHaveLength(32);
  });

  test.each([404, 410] as const)('a subscription that answers %i is gone', async (status) => {
    const { id, device } = subscribed(service);
    service.unsubscribe(id, status);
    expect(await send(device)).toMatchObject({ outcome: 'gone' });
  });

  test('a subscription with another site’s key is refused', async () => {
    const other = webPushChannel.initial?.().publicKey;
    expect(await send(subscribed(service, other).device)).toMatchObject({ outcome: 'refused' });
  });
});
