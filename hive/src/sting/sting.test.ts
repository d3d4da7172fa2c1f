import { readFile, stat } from 'node:fs/promises';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import {
  ALERT_LINK_MS,
  DELIVERIES_KEPT_MS,
  DELIVERIES_SWEEP_MS,
  DEVICES_PER_USER_MAX,
  ORPHANS_INTERVAL_MS,
} from '@apiary/common/limits/deliveries.ts';
import { stingActions as actions } from '@apiary/common/messages/actions/sting.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApnsServer } from './testing/apns-server.ts';
import { HttpRecorder, jsonOf } from './testing/http-recorder.ts';
import { makeMessage } from './testing/notifications.ts';
import { ADMIN, StingRig } from './testing/sting-rig.ts';

const EDITOR = { kind: 'user', id: 'bo', name: 'Bo', role: 'editor' } as const;
const TOKEN = 'ab'.repeat(32);

describe('sting', () => {
  let rig: StingRig;
  let http: HttpRecorder;

  beforeEach(async () => {
    rig = await StingRig.create();
    http = await new HttpRecorder(() => ({ status: 200, body: 'ok' })).start();
    await rig.start();
    await rig.addWebhook('ops', http.url);
  });

  afterEach(async () => {
    await http.stop();
    await rig.close();
  });

  const kinds = () => http.requests.map((request) => jsonOf(request).type);

  describe('a message', () => {
    test('reaches every channel once, however often it comes', async () => {
      await rig.addWebhook('night', http.url);
      const message = makeMessage({ channels: ['ops', 'night', 'ops'] });
      await rig.publish(message);
      await rig.publish(message);
      const all = await rig.ended(2, 'delivered');
      await rig.publish(message);
      await rig.ended(2, 'delivered');
      expect(http.requests).toHaveLength(2);
      expect(new Set(http.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
      expect(all[0]).toMatchObject({
        alert: 'alert-1',
        ruleName: 'Disk full',
        channelKind: 'webhook',
        attempts: [{ outcome: 'sent', note: '200: ok' }],
      });
    });

    test('that is none is put aside with its reason', async () => {
      await rig.publish({ version: 1, id: 'x' });
      const dead = rig.site.broker.queue(QUEUE.dead)?.ready ?? [];
      expect(dead).toHaveLength(1);
      expect(String(dead[0]?.headers.reason)).toMatch(/^message-invalid/);
    });

    test('to nobody is logged in no word of its rule, which that line would match again', async () => {
      await rig.publish(makeMessage({ channels: [], users: [] }));
      expect(rig.logged.map(({ event }) => event)).toEqual(['delivery.nobody']);
      expect(JSON.stringify(rig.logged)).not.toMatch(/disk|full/i);
    });

    test('to a channel that there is not is kept for a person, who adds it and sends again', async () => {
      await rig.publish(makeMessage({ channels: ['gone'] }));
      const [dead] = await rig.ended(1, 'dead');
      expect(dead?.attempts[0]?.note).toContain('there is no channel gone');
      await rig.addWebhook('gone', http.url);
      await rig.ask(actions.resendDeliveries, { deliveries: [dead?.id ?? ''] });
      await rig.ended(1, 'delivered');
      expect(http.requests).toHaveLength(1);
    });
  });

  describe('a storm', () => {
    test('is told to people in bundles, and alert by alert to what keeps something for each', async () => {
      const settings = { server: http.url, topic: 'x', privateAddress: true };
      await rig.ask(actions.putChannel, { name: 'phone', kind: 'ntfy', settings });
      const channels = ['ops', 'phone'];
      await rig.publish(makeMessage({ channels, bundled: true }));
      await rig.ended(1, 'delivered');
      const bundle = {
        id: 'b.fired',
        alert: 'b',
        title: '2 more',
        bundles: ['alert-1', 'alert-2'],
      };
      await rig.publish(makeMessage({ channels, ...bundle }));
      const all = await rig.ended(2, 'delivered');
      const told = all.map(({ channel, title }) => `${channel}: ${title}`).sort();
      expect(told).toEqual(['ops: Disk full on web-1', 'phone: 2 more']);
    });
  });

  describe('failures', () => {
    test('are tried again, later each time, with the same key', async () => {
      for (let i = 0; i < 3; i += 1) http.failNext({ status: 500 });
      await rig.publish(makeMessage());
      const pauses: number[] = [];
      for (let times = 1; times <= 3; times += 1) {
        const { nextMs } = await rig.attempted(times);
        pauses.push(nextMs - rig.site.clock.now());
        rig.site.clock.advance(nextMs - rig.site.clock.now());
      }
      const [delivery] = await rig.ended(1, 'delivered');
      expect(pauses).toEqual([1000, 2000, 4000]);
      expect(delivery?.attempts.map(({ outcome }) => outcome)).toEqual([
        'retry',
        'retry',
        'retry',
        'sent',
      ]);
    });

    test('wait for what is told, which whoever died in between had not stored yet', async () => {
      http.failNext({ status: 500 });
      await rig.publish(makeMessage());
      const { nextMs, message } = await rig.attempted(1);
      await rig.model.notifications.delete(message);
      rig.site.clock.advance(nextMs - rig.site.clock.now());
      const waiting = await rig.attempted(2);
      expect(waiting.attempts.at(-1)?.note).toBe('its message is not stored yet');
      await rig.publish(makeMessage());
      await rig.until(async () => await rig.model.notifications.get(message));
      rig.site.clock.advance(waiting.nextMs - rig.site.clock.now());
      await rig.ended(1, 'delivered');
      expect(http.requests).toHaveLength(1);
    });

    test('a rate limit holds back the whole channel for as long as it asks', async () => {
      http.failNext({ status: 429, headers: { 'retry-after': '60' } });
      await rig.publish(makeMessage());
      await rig.attempted(1);
      await rig.publish(makeMessage({ id: 'other', alert: 'alert-2' }));
      await rig.until(async () => ((await rig.deliveries()).length === 2 ? true : undefined));
      rig.site.clock.advance(59_000);
      expect(http.requests).toHaveLength(0);
      rig.site.clock.advance(1_000);
      await rig.ended(2, 'delivered');
    });

    test('a refusal ends it with an event; a person sends it again', async () => {
      http.failNext({ status: 404, body: 'no such hook' });
      await rig.publish(makeMessage());
      const [dead] = await rig.ended(1, 'dead');
      await rig.until(() => rig.events.find(({ name }) => name === 'delivery.dead'));
      expect(dead?.attempts).toMatchObject([{ outcome: 'refused', note: '404: no such hook' }]);
      const viewer = { ...EDITOR, role: 'viewer' } as const;
      const resend = { deliveries: [dead?.id ?? ''] };
      await expect(rig.ask(actions.resendDeliveries, resend, viewer)).rejects.toMatchObject({
        code: 'forbidden',
      });
      await rig.ask(actions.resendDeliveries, resend, EDITOR);
      const [sent] = await rig.ended(1, 'delivered');
      expect(sent?.attempts).toHaveLength(2);
    });

    test('a resolution waits for the alert that it resolves', async () => {
      http.failNext({ status: 500 });
      await rig.publish(makeMessage());
      const { nextMs } = await rig.attempted(1);
      await rig.publish(makeMessage({ id: 'r', kind: 'resolved', atMs: makeMessage().atMs + 1 }));
      await rig.until(async () => ((await rig.deliveries()).length === 2 ? true : undefined));
      rig.site.clock.advance(nextMs - rig.site.clock.now());
      await rig.ended(2, 'delivered');
      expect(kinds()).toEqual(['alert.fired', 'alert.resolved']);
    });
  });

  describe('several instances', () => {
    test('deliver everything once', async () => {
      await rig.start();
      await rig.start();
      const ids = Array.from({ length: 40 }, (_, i) => `message-${i}`);
      await Promise.all(ids.map((id) => rig.publish(makeMessage({ id, alert: id }))));
      await rig.ended(40, 'delivered');
      expect(http.requests).toHaveLength(40);
    });

    test('one takes over what another one left in the middle of an attempt, and says so by the key', async () => {
      http.failNext({ status: 200, hang: true });
      await rig.publish(makeMessage());
      await rig.until(async () =>
        (await rig.deliveries()).find(({ attempts }) => attempts.length === 1),
      );
      // The first instance hangs for good, as a killed one does.
      await rig.start();
      const delivery = await rig.passing(ORPHANS_INTERVAL_MS, async () =>
        (await rig.deliveries()).find(({ state }) => state === 'delivered'),
      );
      expect(delivery?.attempts).toHaveLength(2);
      expect(delivery?.attempts[0]).not.toHaveProperty('outcome');
      expect(http.requests).toHaveLength(1);
    });

    test('one that starts goes on with what waits in the store', async () => {
      http.failNext({ status: 500 });
      await rig.publish(makeMessage());
      const { nextMs } = await rig.attempted(1);
      const [first] = await Promise.all([rig.start()]);
      await first.stop();
      await rig.start();
      rig.site.clock.advance(nextMs - rig.site.clock.now());
      await rig.ended(1, 'delivered');
      expect(http.requests).toHaveLength(1);
    });
  });

  describe('channels', () => {
    test('never give their secrets back, and keep them sealed', async () => {
      const secret = 'whsec_bm9ib2R5IGtub3dz';
      const { channel } = await rig.ask(actions.putChannel, {
        name: 'quiet',
        kind: 'webhook',
        settings: { url: http.url },
        secrets: { secret },
      });
      expect(channel).toMatchObject({ secretsSet: ['secret'], settings: { url: http.url } });
      const listed = await rig.ask(actions.listChannels, {});
      expect(JSON.stringify(listed)).not.toContain('whsec');
      const [stored] = await rig.model.channels.find({ name: 'quiet' });
      expect(JSON.stringify(stored)).not.toContain('whsec');
      expect((await stat(rig.keyFile)).mode & 0o777).toBe(0o600);
      expect((await readFile(rig.keyFile)).length).toBeGreaterThan(40);
    });

    test('keep a secret that a change leaves out', async () => {
      const change = {
        name: 'ops',
        kind: 'webhook',
        settings: { url: `${http.url}/new` },
      } as const;
      await expect(rig.ask(actions.putChannel, change)).resolves.toMatchObject({
        channel: { secretsSet: ['secret'], settings: { url: `${http.url}/new` } },
      });
    });

    test('say which field is wrong', async () => {
      const put = (settings: object, secrets = {}) =>
        rig.ask(actions.putChannel, {
          name: 'x',
          kind: 'webhook',
          settings: { ...settings },
          secrets,
        });
      await expect(put({ url: 'ftp://x' }, { secret: 'a' })).rejects.toMatchObject({
        code: 'setting-invalid',
        message: 'webhook url: Address is no http(s) address',
      });
      await expect(put({ url: http.url })).rejects.toThrow('webhook secret: Secret is missing');
      await expect(put({ url: http.url, evil: 1 }, { secret: 'a' })).rejects.toThrow('evil');
    });

    test('are an admin’s to change', async () => {
      const put = { name: 'x', kind: 'ntfy', settings: { topic: 'x' } } as const;
      await expect(rig.ask(actions.putChannel, put, EDITOR)).rejects.toMatchObject({
        code: 'forbidden',
      });
    });

    test('are tested without leaving a delivery', async () => {
      const { results } = await rig.ask(actions.testChannel, { name: 'ops' }, EDITOR);
      expect(results).toMatchObject([{ outcome: 'sent' }]);
      http.failNext({ status: 403, body: 'no' });
      const again = await rig.ask(actions.testChannel, { name: 'ops' }, EDITOR);
      expect(again.results).toMatchObject([{ outcome: 'refused', note: '403: no' }]);
      expect(await rig.deliveries()).toEqual([]);
      await expect(rig.ask(actions.testChannel, { name: 'none' })).rejects.toMatchObject({
        code: 'not-found',
      });
    });

    test('that are removed or switched off end what is sent to them', async () => {
      await rig.ask(actions.putChannel, {
        name: 'ops',
        kind: 'webhook',
        enabled: false,
        settings: { url: http.url },
      });
      await rig.publish(makeMessage());
      const [off] = await rig.ended(1, 'dead');
      expect(off?.attempts[0]?.note).toContain('switched off');
      expect(await rig.ask(actions.removeChannels, { names: ['ops'] })).toEqual({
        removed: ['ops'],
      });
    });

    test('tell what their set-up asks for', async () => {
      const { kinds: all } = await rig.ask(actions.listChannelKinds, {});
      expect(all).toHaveLength(9);
      const ntfy = all.find(({ kind }) => kind === 'ntfy');
      expect(
        ntfy?.fields.map(({ name, type, secret, required }) => [name, type, secret, required]),
      ).toEqual([
        ['server', 'text', false, false],
        ['topic', 'text', false, true],
        ['token', 'text', true, false],
        ['privateAddress', 'switch', false, false],
      ]);
      const push = all.find(({ kind }) => kind === 'web-push');
      expect(push?.fields.map(({ name }) => name)).not.toContain('publicKey');
      const apns = all.find(({ kind }) => kind === 'apns');
      expect(apns?.fields.find(({ name }) => name === 'key')).toMatchObject({
        ...{ type: 'lines', secret: true, required: true, title: 'Key' },
      });
    });
  });

  describe('devices', () => {
    let apns: ApnsServer;
    beforeEach(async () => {
      apns = await new ApnsServer().start();
      const { key, ...settings } = apns.fields;
      await rig.ask(actions.putChannel, {
        name: 'phones',
        kind: 'apns',
        settings,
        secrets: { key },
      });
    });
    afterEach(async () => {
      await apns.stop();
    });

    const register = (token: string, actor = ADMIN) =>
      rig.ask(actions.registerDevice, { kind: 'apns', name: 'phone', token }, actor);

    test('of a rule’s users are all notified, and those of others are not', async () => {
      await register(TOKEN);
      await register('cd'.repeat(32));
      await register('ef'.repeat(32), EDITOR);
      await rig.publish(makeMessage({ channels: [], users: ['ada'] }));
      await rig.ended(2, 'delivered');
      expect(apns.pushes.map(({ token }) => token).sort()).toEqual([TOKEN, 'cd'.repeat(32)]);
      await rig.publish(makeMessage({ id: 'all', channels: [], users: ['*'] }));
      await rig.ended(5, 'delivered');
      expect(apns.pushes).toHaveLength(5);
    });

    test('that are gone are forgotten', async () => {
      await register(TOKEN);
      apns.unregistered.add(TOKEN);
      await rig.publish(makeMessage({ channels: [], users: ['ada'] }));
      const [delivery] = await rig.ended(1, 'dropped');
      expect(delivery).toMatchObject({ deviceName: 'phone', user: 'ada' });
      expect(await rig.ask(actions.listDevices, {})).toEqual({ devices: [] });
    });

    test('are one’s own to list and remove', async () => {
      const { device } = await register(TOKEN);
      expect((await rig.ask(actions.listDevices, {}, EDITOR)).devices).toEqual([]);
      const everybody = { everybody: true };
      await expect(rig.ask(actions.listDevices, everybody, EDITOR)).rejects.toThrow('admin');
      expect((await rig.ask(actions.listDevices, everybody)).devices).toEqual([device]);
      expect(JSON.stringify(device)).not.toContain(TOKEN);
      const remove = { devices: [device.id] };
      await expect(rig.ask(actions.removeDevices, remove, EDITOR)).rejects.toMatchObject({
        code: 'not-found',
      });
      await rig.ask(actions.removeDevices, remove);
      expect((await rig.ask(actions.listDevices, {})).devices).toEqual([]);
    });

    test('of somebody who was removed hear nothing more', async () => {
      await register(TOKEN);
      await register('ef'.repeat(32), EDITOR);
      await rig.model.users.delete('bo');
      await rig.publish(makeMessage({ channels: [], users: ['*'] }));
      await rig.ended(1, 'delivered');
      expect(apns.pushes.map(({ token }) => token)).toEqual([TOKEN]);
      expect(await rig.model.devices.count()).toBe(1);
    });

    test('belong to people, not to tokens of nobody', async () => {
      const robot = { ...EDITOR, id: 'token:robot' };
      await expect(register(TOKEN, robot)).rejects.toMatchObject({ code: 'forbidden' });
    });

    test('are tested by their owner, not by others', async () => {
      await register(TOKEN);
      const test = { name: 'phones' };
      expect((await rig.ask(actions.testChannel, test, EDITOR)).results).toEqual([]);
      expect((await rig.ask(actions.testChannel, test)).results).toMatchObject([
        { device: 'phone', outcome: 'sent' },
      ]);
    });

    test('are tested one by one, by their owner or an admin', async () => {
      const { device } = await register(TOKEN);
      await register('cd'.repeat(32));
      const theirs = (await register('ef'.repeat(32), EDITOR)).device;
      const test = (id: string, actor = ADMIN) =>
        rig.ask(actions.testDevice, { device: id }, actor);
      expect((await test(device.id)).result).toMatchObject({ device: 'phone', outcome: 'sent' });
      await expect(test(device.id, EDITOR)).rejects.toMatchObject({ code: 'not-found' });
      await test(theirs.id);
      expect(apns.pushes.map(({ token }) => token)).toEqual([TOKEN, 'ef'.repeat(32)]);
      apns.unregistered.add(TOKEN);
      expect((await test(device.id)).result.outcome).toBe('gone');
      await expect(test(device.id)).rejects.toMatchObject({ code: 'not-found' });
    });

    test('and channels are listed with what was sent to them last', async () => {
      const { device } = await register(TOKEN);
      await rig.publish(makeMessage({ channels: ['ops'], users: ['ada'] }));
      await rig.ended(2, 'delivered');
      http.failNext({ status: 403, body: 'no' });
      await rig.publish(
        makeMessage({
          id: 'later',
          channels: ['ops'],
          title: 'Later',
          users: [],
          atMs: makeMessage().atMs + 1,
        }),
      );
      await rig.until(
        async () => (await rig.deliveries()).some(({ state }) => state === 'dead') || undefined,
      );
      const { devices } = await rig.ask(actions.listDevices, {});
      const told = { title: makeMessage().title, state: 'delivered' };
      expect(devices).toMatchObject([{ ...device, last: told }]);
      const { channels } = await rig.ask(actions.listChannels, {});
      expect(channels.map(({ name, last }) => [name, last?.title, last?.note])).toEqual([
        ['ops', 'Later', '403: no'],
        ['phones', told.title, expect.anything()],
      ]);
    });

    test('of one user are bounded: the one that was not seen longest makes room', async () => {
      for (let i = 0; i <= DEVICES_PER_USER_MAX; i += 1) {
        rig.site.clock.advance(1);
        await register(i.toString(16).padStart(64, '0'));
      }
      const { devices } = await rig.ask(actions.listDevices, {});
      expect(devices).toHaveLength(DEVICES_PER_USER_MAX);
    });

    test('a browser’s key is made once', async () => {
      const keys = await Promise.all([1, 2, 3].map(() => rig.ask(actions.webPushKey, {})));
      expect(new Set(keys.map(({ publicKey }) => publicKey)).size).toBe(1);
      expect(keys[0]?.publicKey).toMatch(/^[\w-]{87}$/);
    });
  });

  test('old deliveries go, with their messages', async () => {
    await rig.publish(makeMessage({ atMs: rig.site.clock.now() }));
    await rig.ended(1, 'delivered');
    rig.site.clock.advance(DELIVERIES_KEPT_MS);
    await rig.passing(DELIVERIES_SWEEP_MS, async () =>
      (await rig.model.notifications.count()) === 0 ? true : undefined,
    );
    expect(await rig.deliveries()).toEqual([]);
  });

  test('a link outlives neither its time nor a change of one character', async () => {
    await rig.publish(makeMessage({ atMs: rig.site.clock.now() }));
    await rig.ended(1, 'delivered');
    const [request] = http.requests;
    const { acknowledgeUrl } = request
      ? (jsonOf(request).data as { acknowledgeUrl: string })
      : { acknowledgeUrl: '' };
    const token = acknowledgeUrl.replace('https://apiary.example/a/', '');
    expect(await rig.ask(actions.readAlertLink, { token })).toMatchObject({
      action: 'acknowledge',
      alert: 'alert-1',
      title: 'Disk full on web-1',
    });
    const [text = '', signature = ''] = token.split('.');
    const other = Buffer.from(text, 'base64url').toString().replace('acknowledge', 'silence');
    for (const forged of [
      `${Buffer.from(other).toString('base64url')}.${signature}`,
      text,
      '.',
      'x.y',
    ]) {
      await expect(rig.ask(actions.useAlertLink, { token: forged })).rejects.toMatchObject({
        code: 'alert-link-invalid',
      });
    }
    rig.site.clock.advance(ALERT_LINK_MS);
    await expect(rig.ask(actions.readAlertLink, { token })).rejects.toThrow('expired');
  });
});
