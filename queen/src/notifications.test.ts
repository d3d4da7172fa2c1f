import { AppError } from '@apiary/common/errors.ts';
import { type ActionHandlers, serveActions } from '@apiary/common/messages/actions/action.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import type { AlertLink } from '@apiary/common/messages/channel.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bearer, type QueenFixture, startQueenFixture } from './testing/queen-fixture.ts';

const { readAlertLink, useAlertLink, listDeliveries, testChannel } = stingActions;
const asked = { readAlertLink, useAlertLink, listDeliveries, testChannel };

describe('notifications', () => {
  let fixture: QueenFixture;
  let calls: { readonly action: string; readonly body: unknown; readonly role: string }[];
  let link: AlertLink;

  beforeEach(async () => {
    fixture = await startQueenFixture();
    calls = [];
    link = {
      action: 'acknowledge',
      alert: 'alert-1',
      title: 'Disk <b>full</b> & "more"',
      minutes: 60,
      expiresMs: 1,
    };
    const note = (action: string, body: unknown, role: string) => {
      calls.push({ action, body, role });
    };
    const open = (action: string, token: string, role: string) => {
      note(action, token, role);
      if (token === 'good') return link;
      throw new AppError('alert-link-invalid', 'This link has expired.');
    };
    const handlers: ActionHandlers<typeof asked> = {
      readAlertLink: async ({ token }, { actor }) => open('read', token, actor.role),
      useAlertLink: async ({ token }, { actor }) => open('use', token, actor.role),
      listDeliveries: async (body, { actor }) => {
        note('list', body, actor.role);
        return { deliveries: [] };
      },
      testChannel: async (body, { actor }) => {
        note('test', body, actor.role);
        return { results: [{ outcome: 'sent', note: 'ok', tookMs: 1 }] };
      },
    };
    await serveActions(fixture.bus, { component: 'sting' }, asked, handlers);
  });

  afterEach(async () => {
    await fixture.stop();
  });

  it('shows what a link would do to whoever has it, and does nothing yet', async () => {
    const answer = await fixture.fetch('/a/good');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const page = await answer.text();
    expect(page).toContain('<h1>Disk &lt;b&gt;full&lt;/b&gt; &amp; &quot;more&quot;</h1>');
    expect(page).toContain('<form method="post"><button>Acknowledge</button></form>');
    expect(page).not.toContain('<script');
    expect(calls.map(({ action }) => action)).toEqual(['read']);
  });

  it('does it at the button', async () => {
    link = { ...link, action: 'silence' };
    expect(await (await fixture.fetch('/a/good')).text()).toContain('Silence for 60 min');
    const answer = await fixture.fetch('/a/good', {
      method: 'POST',
      headers: { origin: fixture.queen.url, 'sec-fetch-site': 'same-origin' },
    });
    expect(await answer.text()).toContain('Silenced for 60 minutes.');
    expect(calls.at(-1)).toEqual({ action: 'use', body: 'good', role: 'viewer' });
  });

  it('does nothing for another site’s page', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    const answer = await fixture.fetch('/a/good', { method: 'POST', headers });
    expect(answer.status).toBe(403);
    expect(calls).toEqual([]);
  });

  it('says in words that a link is too old', async () => {
    const answer = await fixture.fetch('/a/old');
    expect(answer.status).toBe(410);
    expect(await answer.text()).toContain('This link has expired.');
    expect((await fixture.fetch(`/a/${'x'.repeat(5000)}`)).status).toBe(410);
  });

  it('reads a page of deliveries as the address asks for it', async () => {
    const get = (query: string) =>
      fixture.fetch(`/api/deliveries?${query}`, { headers: bearer(fixture.token) });
    expect((await get('state=dead&limit=5&channel=ops')).status).toBe(200);
    expect(calls.at(-1)?.body).toEqual({ state: 'dead', limit: 5, channel: 'ops' });
    expect((await get('state=lost')).status).toBe(400);
    expect((await get('limit=501')).status).toBe(400);
    expect((await fixture.fetch('/api/deliveries')).status).toBe(401);
  });

  it('tells what came of a test', async () => {
    const answer = await fixture.fetch('/api/channels/test', {
      method: 'POST',
      headers: bearer(fixture.token),
      body: JSON.stringify({ name: 'ops' }),
    });
    expect(await answer.json()).toEqual({ results: [{ outcome: 'sent', note: 'ok', tookMs: 1 }] });
  });
});
