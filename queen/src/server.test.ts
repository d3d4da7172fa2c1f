import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@apiary/common/errors.ts';
import { SESSION_MS, SIGN_IN_LINK_MS } from '@apiary/common/limits.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROUTES } from './routes.ts';
import { makeRecord } from './testing/fake-hive.ts';
import {
  bearer,
  type QueenFixture,
  startQueenFixture,
  writeWebUi,
} from './testing/queen-fixture.ts';

let fixture: QueenFixture;

beforeEach(async () => {
  fixture = await startQueenFixture();
});

afterEach(async () => {
  await fixture.stop();
});

async function useLink(token: string, headers: Record<string, string> = {}): Promise<Response> {
  return await fixture.fetch('/api/session/link', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
}

async function newToken(): Promise<string> {
  return new URL(await fixture.queen.createLink()).hash.slice(1);
}

async function search(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return await fixture.fetch('/api/search', {
    method: 'POST',
    headers: bearer(fixture.token, headers),
    body: JSON.stringify(body),
  });
}

describe('signing in', () => {
  it('turns a one-time link into a session with a strict cookie', async () => {
    const answer = await useLink(await newToken());
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ actor: { id: 'admin', name: 'admin', role: 'admin' } });
    const cookie = answer.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/^apiary_session=[\w-]{43};/);
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect((await fixture.fetch('/api/session', { headers })).status).toBe(200);
  });

  it('takes a link once only, also from two at the same moment', async () => {
    const token = await newToken();
    const statuses = (await Promise.all([useLink(token), useLink(token)])).map((a) => a.status);
    expect(statuses.sort()).toEqual([200, 401]);
    expect(await (await useLink(token)).json()).toMatchObject({ code: 'link-invalid' });
  });

  it('refuses a link after its time', async () => {
    const token = await newToken();
    fixture.clock.advance(SIGN_IN_LINK_MS);
    expect((await useLink(token)).status).toBe(401);
  });

  it('ends a session by signing out and by age', async () => {
    const cookie = await fixture.signIn();
    const out = await fixture.fetch('/api/session', { method: 'DELETE', headers: { cookie } });
    expect(out.status).toBe(204);
    expect((await fixture.fetch('/api/session', { headers: { cookie } })).status).toBe(401);
    const second = await fixture.signIn();
    fixture.clock.advance(SESSION_MS);
    const late = await fixture.fetch('/api/session', { headers: { cookie: second } });
    expect(late.status).toBe(401);
    expect(await late.json()).toMatchObject({ code: 'signed-out', status: 401 });
  });

  it('makes links for whoever has the local token, which only the owner can read', async () => {
    const file = path.join(fixture.folder, 'run', 'local.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    const headers = bearer(fixture.token);
    const answer = await fixture.fetch('/api/links', { method: 'POST', headers });
    // The answer's documented shape.
    const { url } = (await answer.json()) as { url: string };
    expect((await useLink(new URL(url).hash.slice(1))).status).toBe(200);
  });

  it('refuses a wrong token', async () => {
    const headers = bearer('wrong');
    expect((await fixture.fetch('/api/agents', { headers })).status).toBe(401);
  });
});

describe('the guard', () => {
  it('lets nobody reach a route without signing in, but the public ones', async () => {
    for (const route of Object.values(ROUTES)) {
      if (route.access === 'public' || route.access === 'local') continue;
      const { status } = await fixture.fetch(route.path, { method: route.method.toUpperCase() });
      expect([route.path, status]).toEqual([route.path, 401]);
    }
  });

  it('refuses unsafe requests from other sites, whoever is signed in', async () => {
    const cookie = await fixture.signIn();
    const post = (headers: Record<string, string>) =>
      fixture.fetch('/api/search', {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: '{"query":"error"}',
      });
    expect((await post({ origin: fixture.queen.url })).status).toBe(200);
    expect((await post({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    const login = await useLink(await newToken(), { origin: 'http://evil.example' });
    expect(login.status).toBe(403);
  });

  it('sends strict headers', async () => {
    const { headers } = await fixture.fetch('/healthz');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('starting and stopping', () => {
  it('says that its port is in use, and can be stopped then, and twice', async () => {
    const port = Number(new URL(fixture.queen.url).port);
    const second = fixture.makeQueen(port);
    await expect(second.start()).rejects.toMatchObject({ code: 'port-busy' });
    await second.stop();
    const file = path.join(fixture.folder, 'run', 'local.json');
    expect((await stat(file)).isFile()).toBe(true);
    await fixture.queen.stop();
    await fixture.queen.stop();
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('problems', () => {
  it('answer as application/problem+json with the code of the catalogue', async () => {
    const answer = await search({ query: 'a ((b' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toEqual({
      type: 'urn:apiary:error:query-syntax',
      title: expect.any(String),
      status: 400,
      code: 'query-syntax',
      detail: 'A bracket is not closed.',
      details: { position: 2 },
    });
  });

  it('name the field of a request that has the wrong shape', async () => {
    const answer = await search({ query: 1 });
    expect(await answer.json()).toMatchObject({
      code: 'request-invalid',
      detail: expect.stringContaining('body.query'),
    });
    const broken = await fixture.fetch('/api/search', {
      method: 'POST',
      headers: bearer(fixture.token),
      body: '{',
    });
    expect([broken.status, (await broken.json()) as unknown]).toEqual([
      400,
      expect.objectContaining({ code: 'request-invalid' }),
    ]);
  });

  it('refuse bodies past the bound', async () => {
    const answer = await search({ query: 'x'.repeat(1_100_000) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'too-large' });
  });

  it('tell at once that a component is missing, and nothing of our inside', async () => {
    fixture.hive.search = () => {
      throw new Error('secret path /x/y');
    };
    const inside = await search({ query: 'a' });
    expect(inside.status).toBe(500);
    expect(await inside.text()).not.toContain('secret');
    await fixture.hive.stop();
    expect(await (await search({ query: 'a' })).json()).toMatchObject({
      code: 'component-missing',
      status: 503,
    });
  });

  it('answer for unknown routes', async () => {
    const answer = await fixture.fetch('/api/nothing');
    expect([answer.status, (await answer.json()) as unknown]).toEqual([
      404,
      expect.objectContaining({ code: 'not-found' }),
    ]);
  });
});

describe('searching over HTTP', () => {
  it('answers one document', async () => {
    const answer = await search({ query: 'error' });
    expect(await answer.json()).toEqual({
      total: 2,
      hosts: 1,
      records: [makeRecord(2), makeRecord(1)],
      elapsedMs: 3,
      missing: [],
    });
  });

  it('streams parts as lines, the first before the last is known', async () => {
    const gate = Promise.withResolvers<void>();
    fixture.hive.search = async function* () {
      yield { type: 'records', records: [makeRecord(1)] };
      await gate.promise;
      yield { type: 'done', total: 1, elapsedMs: 1, missing: [] };
    };
    const answer = await search({ query: 'error' }, { accept: 'application/x-ndjson' });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader?.read();
    expect(JSON.parse(first?.value ?? '')).toMatchObject({ type: 'records' });
    gate.resolve();
    const second = await reader?.read();
    expect(JSON.parse(second?.value ?? '')).toMatchObject({ type: 'done', total: 1 });
    expect((await reader?.read())?.done).toBe(true);
  });

  it('ends a stream that fails with a line that says so', async () => {
    fixture.hive.search = async function* () {
      yield { type: 'records', records: [makeRecord(1)] };
      throw new AppError('deadline-passed', 'too slow');
    };
    const answer = await search({ query: 'error' }, { accept: 'application/x-ndjson' });
    const lines = (await answer.text()).trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      type: 'failed',
      error: { code: 'deadline-passed' },
    });
  });

  it('cancels the search when the client goes away', async () => {
    const cancelled = Promise.withResolvers<void>();
    fixture.hive.search = async function* (_request, signal) {
      yield { type: 'records', records: [makeRecord(1)] };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      cancelled.resolve();
    };
    const leaving = new AbortController();
    const answer = await fixture.fetch('/api/search', {
      method: 'POST',
      headers: bearer(fixture.token, { accept: 'application/x-ndjson' }),
      body: '{"query":"error"}',
      signal: leaving.signal,
    });
    await answer.body?.getReader().read();
    leaving.abort();
    await cancelled.promise;
    expect(fixture.hive.cancelled).toBe(1);
  });
});

describe('agents, targets and the system', () => {
  it('passes on what agentmanager says', async () => {
    const headers = bearer(fixture.token);
    const post = async (route: string, body: unknown): Promise<unknown> => {
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return await (await fixture.fetch(route, init)).json();
    };
    const agents = await (await fixture.fetch('/api/agents', { headers })).json();
    expect(agents).toMatchObject({ agents: [{ name: 'web-a' }] });
    expect(await post('/api/agents/approve', { agents: ['web-a'] })).toMatchObject({
      agents: [{ name: 'web-a' }],
    });
    expect(await post('/api/agents/revoke', { agents: ['nobody'] })).toMatchObject({
      code: 'not-found',
    });
    const targets = await (await fixture.fetch('/api/targets?agents=all', { headers })).json();
    expect(targets).toMatchObject({ targets: [{ id: 't1', name: 'web-a' }] });
    const none = await (await fixture.fetch('/api/targets?agents=web-b', { headers })).json();
    expect(none).toEqual({ targets: [] });
    expect(
      await post('/api/targets', { agents: 'all', urls: ['file:///a', 'file:///forbidden'] }),
    ).toMatchObject({ results: [{ ok: true }, { ok: false, reason: 'no' }] });
    expect(await post('/api/targets/remove', { targets: ['t1'] })).toMatchObject({
      results: [{ state: 'removed' }],
    });
  });

  it('tells which components run', async () => {
    const headers = bearer(fixture.token);
    expect(await (await fixture.fetch('/api/system', { headers })).json()).toMatchObject({
      version: expect.stringMatching(/^\d+\./),
      components: [
        { name: 'agentmanager', state: 'running' },
        { name: 'agentmonitor', state: 'running' },
        { name: 'honeycomb', state: 'running' },
        { name: 'pheromone', state: 'missing' },
        { name: 'sting', state: 'missing' },
        { name: 'queen', state: 'running' },
      ],
      store: { records: 1 },
    });
  });

  it('answers health, readiness and metrics', async () => {
    expect(await (await fixture.fetch('/healthz')).text()).toBe('ok\n');
    expect((await fixture.fetch('/readyz')).status).toBe(200);
    expect(await (await fixture.fetch('/metrics')).text()).toContain('apiary_queen_sockets');
    const proxied = await fixture.fetch('/metrics', { headers: { 'x-forwarded-for': '1.2.3.4' } });
    expect(proxied.status).toBe(401);
  });

  it('describes every route of the table in OpenAPI 3.1', async () => {
    const document: unknown = await (await fixture.fetch('/api/openapi.json')).json();
    expect(document).toMatchObject({ openapi: '3.1.0' });
    for (const route of Object.values(ROUTES)) {
      const path = route.path.replace(/:(\w+)/g, '{$1}');
      expect(document).toHaveProperty(['paths', path, route.method]);
    }
  });
});

describe('the web UI', () => {
  it('says how to build it while it is not built', async () => {
    const answer = await fixture.fetch('/search');
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm run')]);
  });

  it('serves its page for every address of the UI with a fresh nonce', async () => {
    await writeWebUi(fixture.folder);
    const [a, b] = await Promise.all([fixture.fetch('/'), fixture.fetch('/agents')]);
    const nonce = /content="([^"]+)"/.exec(await a.text())?.[1] ?? '';
    expect(a.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
    expect(nonce).not.toBe('__CSP_NONCE__');
    expect(await b.text()).not.toContain(nonce);
    expect(a.headers.get('cache-control')).toBe('no-store');
  });

  it('compresses assets for whoever takes it', async () => {
    await writeWebUi(fixture.folder);
    const get = (encoding: string) =>
      fixture.fetch('/assets/main-1a2b.js', { headers: { 'accept-encoding': encoding } });
    for (const _time of ['first', 'kept']) {
      const compressed = await get('gzip, br');
      expect(compressed.headers.get('content-encoding')).toBe('br');
      expect(compressed.headers.get('content-type')).toContain('text/javascript');
      expect(await compressed.text()).toBe('export {};\n');
    }
    expect((await get('identity')).headers.get('content-encoding')).toBeNull();
  });

  it('lets browsers keep hashed assets for ever and says 404 for missing ones', async () => {
    await writeWebUi(fixture.folder);
    const asset = await fixture.fetch('/assets/main-1a2b.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect((await fixture.fetch('/assets/main-0000.js')).status).toBe(404);
  });
});
