/**
 * Web Push in a real Chromium. There is no push service to subscribe at without an internet, so `subscribe` is
 * substituted: a local service stands in, takes what sting sends, decrypts it, and the browser's debugging
 * protocol delivers it to the service worker.
 */

import { PushService } from '@apiary/hive/sting/testing/push-service.ts';
import { NOTIFICATION_ROUTES as ROUTES } from '@apiary/queen/notification-routes.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { openBrowser } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';

/** What the settings page calls this browser. */
const NAME = 'Chrome on Linux';

describe('a browser that wants to be notified', () => {
  let apiary: RunningApiary;
  let service: PushService;
  let browser: Browser;
  let page: Page;
  let protocol: CDPSession;
  let registrationId = '';

  beforeAll(async () => {
    service = new PushService();
    await service.http.start();
    apiary = await startApiary();
    await apiary.client.call(ROUTES.putChannel, {
      name: 'browsers',
      kind: 'web-push',
      settings: { ca: service.certificate, privateAddress: true },
    });
    browser = await openBrowser();
    const context = await browser.newContext();
    const origin = new URL(apiary.link).origin;
    await context.grantPermissions(['notifications'], { origin });
    page = await context.newPage();
    protocol = await context.newCDPSession(page);
    protocol.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      registrationId = registrations.at(-1)?.registrationId ?? registrationId;
    });
    await protocol.send('ServiceWorker.enable');
    await page.goto(apiary.link);
    await page.waitForURL(/\/(search|agents|home)?$|\/search/);
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await apiary.stop();
    await service.http.stop();
  });

  it('registers its service worker and its subscription', async () => {
    const { publicKey } = await apiary.client.call(ROUTES.webPushKey);
    const { endpoint, keys } = service.subscribe(publicKey);
    await page.goto(new URL('/settings/channels', apiary.link).href);
    const own = page.getByRole('region', { name: 'My devices' });
    await own.getByText('None yet.').waitFor();
    await page.evaluate(
      `PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
        if (applicationServerKey !== '${publicKey}') throw new Error('another key');
        return { toJSON: () => (${JSON.stringify({ endpoint, keys })}) };
      }`,
    );
    await page.getByRole('button', { name: 'Turn on alerts in this browser' }).click();
    await own.getByText('this browser').waitFor();
    await page.getByRole('button', { name: 'Turn on alerts in this browser' }).waitFor({
      state: 'detached',
    });
    const { devices } = await apiary.client.call(ROUTES.listDevices, undefined, {
      everybody: 'true',
    });
    expect(devices).toMatchObject([{ name: NAME, kind: 'web-push', user: 'admin' }]);
  }, 60_000);

  it('shows what was sent to it', async () => {
    const { results } = await apiary.client.call(ROUTES.testChannel, { name: 'browsers' });
    expect(results).toMatchObject([{ device: NAME, outcome: 'sent' }]);
    const push = await eventually(() => service.pushes[0], 'the push service has it');
    await eventually(() => registrationId || undefined, 'the service worker is registered');
    const shown = await eventually(async () => {
      // A worker that is not active yet loses it without a word; what comes again takes the same place.
      await protocol.send('ServiceWorker.deliverPushMessage', {
        origin: new URL(page.url()).origin,
        registrationId,
        data: push.text,
      });
      const found = await page.evaluate(
        `navigator.serviceWorker.ready
          .then((registration) => registration.getNotifications())
          .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))`,
      );
      return Array.isArray(found) && found.length > 0 ? found : undefined;
    }, 'a notification is shown');
    expect(shown).toEqual([
      {
        title: 'Firing: Test of the channel browsers',
        body: 'If you can read this, alerts arrive here.',
        tag: push.payload.tag,
        data: { url: `${new URL(apiary.link).origin}/search` },
      },
    ]);
  }, 60_000);

  it('is tested alone from its own row', async () => {
    const before = service.pushes.length;
    await page.goto(new URL('/settings/channels', apiary.link).href);
    const devices = page.getByRole('region', { name: 'My devices' });
    await devices.getByText('nothing yet').waitFor();
    await devices.getByRole('button', { name: `Test ${NAME}` }).click();
    await devices.getByText(/^sent, /).waitFor();
    expect(service.pushes).toHaveLength(before + 1);
  }, 60_000);

  it('stands first among everybody’s devices', async () => {
    const { publicKey } = await apiary.client.call(ROUTES.webPushKey);
    const { endpoint, keys } = service.subscribe(publicKey);
    const kind = 'web-push';
    await apiary.client.call(ROUTES.registerDevice, { kind, name: 'Kiosk', endpoint, keys });
    await page.getByRole('button', { name: 'Everybody’s' }).click();
    const devices = page.getByRole('region', { name: 'Everybody’s devices' }).getByRole('listitem');
    await devices.nth(1).waitFor();
    const texts = await devices.allInnerTexts();
    expect(texts[0]).toMatch(/admin, web-push, since .*, this browser/);
    expect(texts[1]).toContain('Kiosk');
    expect(texts[1]).not.toContain('this browser');
    await page.getByRole('button', { name: 'Remove Kiosk' }).click();
    await devices.nth(1).waitFor({ state: 'detached' });
  }, 60_000);

  it('is forgotten once its push service does not know it any more', async () => {
    const [push] = service.pushes;
    service.unsubscribe(push?.browser ?? '', 410);
    const { results } = await apiary.client.call(ROUTES.testChannel, { name: 'browsers' });
    expect(results).toMatchObject([{ outcome: 'gone' }]);
    const { devices } = await apiary.client.call(ROUTES.listDevices, undefined, {
      everybody: 'true',
    });
    expect(devices).toEqual([]);
  });
});
