/** Who may come in, and what happens to those who no longer may: against the real server. */
import { PASSWORD_CHARS_MIN, SIGN_IN_WINDOW_MS } from '@apiary/common/limits/access.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { EXAMPLES } from './openapi-examples.ts';
import { ROUTES, type Route } from './routes.ts';
import { bearer, type QueenFixture, startQueenFixture } from './testing/queen-fixture.ts';

const PASSWORD = 'four words in a row';
const DAY_MS = 24 * 3600_000;
let fixture: QueenFixture;
const sockets: Socket[] = [];

beforeEach(async () => {
  fixture = await startQueenFixture();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await fixture.stop();
});

type Headers = Record<string, string>;

async function post(path: string, body: unknown, headers?: Headers): Promise<Response> {
  const init = {
    method: 'POST',
    headers: headers ? { 'content-type': 'application/json', ...headers } : bearer(fixture.token),
    body: JSON.stringify(body),
  };
  return await fixture.fetch(path, init);
}

/** The answer as JSON, of whatever shape. */
async function read(answer: Response | Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await answer).json()) as Record<string, unknown>;
}

async function get(path: string, headers: Headers): Promise<Response> {
  return await fixture.fetch(path, { headers });
}

async function addUser(name: string, role: string, password?: string): Promise<void> {
  const answer = await post('/api/users', { name, role, ...(password && { password }) });
  expect(answer.status).toBe(200);
}

async function signIn(user: string, password = PASSWORD): Promise<Response> {
  return await post('/api/session/password', { user, password }, {});
}

async function cookieOf(user: string, password = PASSWORD): Promise<Headers> {
  const cookie = (await signIn(user, password)).headers.getSetCookie()[0] ?? '';
  return { cookie: cookie.split(';')[0] ?? '' };
}

async function newToken(body: object, headers?: Headers): Promise<{ id: string; secret: string }> {
  const answer = await read(post('/api/tokens', { name: 'test', ...body }, headers));
  // The answer's documented shape.
  const { token, secret } = answer as { token: { id: string }; secret: string };
  return { id: token.id, secret };
}

async function audit(): Promise<Record<string, unknown>[]> {
  const { entries } = await read(get('/api/audit', bearer(fixture.token)));
  // The answer's documented shape.
  return entries as Record<string, unknown>[];
}

async function connect(headers: Headers): Promise<{ socket: Socket; cut: Promise<string> }> {
  const socket = io(fixture.queen.url, {
    transports: ['websocket'],
    extraHeaders: headers,
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  const cut = new Promise<string>((resolve) => socket.once('disconnect', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', reject);
  });
  return { socket, cut };
}

describe('passwords', () => {
  it('sign in with a strict cookie, and say the same of a wrong name and a wrong password', async () => {
    await addUser('mira', 'admin', PASSWORD);
    const answer = await signIn('Mira ');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ actor: { id: 'mira', name: 'mira', role: 'admin' } });
    const cookie = answer.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/^apiary_session=[\w-]{43};.*HttpOnly.*SameSite=Strict/);
    const [wrongName, wrongWord] = [await signIn('nobody'), await signIn('mira', 'wrong')];
    expect([wrongName.status, wrongWord.status]).toEqual([401, 401]);
    expect(await wrongName.text()).toBe(await wrongWord.text());
  });

  it('are stored as argon2id hashes with salts of their own, and never read back', async () => {
    await addUser('mira', 'admin', PASSWORD);
    await addUser('noel', 'admin', PASSWORD);
    const stored = await fixture.documents('users');
    expect(stored).toContain('argon2id');
    expect(stored).not.toContain(PASSWORD);
    const hashes = [...stored.matchAll(/"hash":"([^"]+)"/g)].map(([, hash]) => hash);
    expect(new Set(hashes).size).toBe(2);
    const listed = await (await get('/api/users', bearer(fixture.token))).text();
    expect(listed).not.toMatch(/hash"|salt/);
  });

  it('have a least length, and are neither the name nor one letter', async () => {
    for (const password of ['x'.repeat(PASSWORD_CHARS_MIN - 1), 'a'.repeat(30), 'miramiramira1']) {
      const answer = await post('/api/users', { name: 'mira', role: 'admin', password });
      expect([password, answer.status]).toEqual([password, 400]);
    }
  });

  it('need the current one to be changed by oneself, and end the other sessions', async () => {
    await addUser('mira', 'admin', PASSWORD);
    const [here, there] = [await cookieOf('mira'), await cookieOf('mira')];
    const change = { name: 'mira', password: 'five words in a row' };
    expect((await post('/api/users/password', change, here)).status).toBe(401);
    const right = { ...change, current: PASSWORD };
    expect((await post('/api/users/password', right, here)).status).toBe(200);
    expect((await get('/api/session', here)).status).toBe(200);
    expect((await get('/api/session', there)).status).toBe(401);
    expect((await signIn('mira')).status).toBe(401);
  });

  it('of others are an administrator’s to set', async () => {
    await addUser('mira', 'admin', PASSWORD);
    await addUser('noel', 'editor', PASSWORD);
    const change = { name: 'mira', password: 'five words in a row', current: PASSWORD };
    const answer = await post('/api/users/password', change, await cookieOf('noel'));
    expect(await answer.json()).toMatchObject({ code: 'forbidden' });
  });
});

describe('one-time links', () => {
  it('die with the first password, those that were made before too', async () => {
    const made = new URL(await fixture.queen.createLink()).hash.slice(1);
    expect(await read(get('/api/sign-in', {}))).toEqual({ methods: ['link'] });
    await addUser('mira', 'admin', PASSWORD);
    expect(await read(get('/api/sign-in', {}))).toEqual({ methods: ['password'] });
    const used = await post('/api/session/link', { token: made }, {});
    expect(await used.json()).toMatchObject({ code: 'link-invalid' });
    const another = await post('/api/links', {});
    expect(await another.json()).toMatchObject({ code: 'password-needed', status: 409 });
  });

  it('end their sessions then, but for the one that set the password', async () => {
    const [mine, other] = [{ cookie: await fixture.signIn() }, { cookie: await fixture.signIn() }];
    const user = { name: 'mira', role: 'admin', password: PASSWORD };
    expect((await post('/api/users', user, mine)).status).toBe(200);
    expect((await get('/api/session', mine)).status).toBe(200);
    expect((await get('/api/session', other)).status).toBe(401);
  });

  it('wait for an administrator’s password, so that nobody locks all others out', async () => {
    const early = { name: 'noel', role: 'viewer', password: PASSWORD };
    expect((await post('/api/users', early)).status).toBe(403);
    await addUser('mira', 'admin', PASSWORD);
    expect((await post('/api/users', early)).status).toBe(200);
    for (const [path, body] of [
      ['/api/users/remove', { name: 'mira' }],
      ['/api/users/role', { name: 'mira', role: 'viewer' }],
    ] as const) {
      expect((await post(path, body)).status).toBe(403);
    }
  });
});

describe('failed sign-ins', () => {
  it('lock the account for a while, also for the right password and for many at once', async () => {
    await addUser('mira', 'admin', PASSWORD);
    const tries = Array.from({ length: 15 }, () => signIn('mira', 'wrong word'));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    const locked = await signIn('mira');
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    const { users } = await read(get('/api/users', bearer(fixture.token)));
    expect(users).toMatchObject([{ name: 'mira', lockedUntilMs: expect.any(Number) }]);
    fixture.clock.advance(SIGN_IN_WINDOW_MS);
    expect((await signIn('mira')).status).toBe(200);
  });

  it('are forgotten when the password is set anew', async () => {
    await addUser('mira', 'admin', PASSWORD);
    for (let i = 0; i < 10; i += 1) await signIn('mira', 'wrong word');
    expect((await signIn('mira')).status).toBe(429);
    await post('/api/users/password', { name: 'mira', password: 'five words in a row' });
    expect((await signIn('mira', 'five words in a row')).status).toBe(200);
  });

  it('lock an address that tries many names', async () => {
    await addUser('mira', 'admin', PASSWORD);
    for (let i = 0; i < 30; i += 1) await signIn(`name${i}`);
    expect((await signIn('mira')).status).toBe(429);
  });
});

describe('what is taken away', () => {
  it('is gone at once: a session, and its sockets', async () => {
    await addUser('mira', 'admin', PASSWORD);
    await addUser('noel', 'viewer', PASSWORD);
    const noel = await cookieOf('noel');
    const { cut } = await connect(noel);
    const mira = await cookieOf('mira');
    const { sessions } = await read(get('/api/sessions', mira));
    // The answer's documented shape.
    const all = sessions as { id: string; user: string; isOwn: boolean }[];
    expect(all.map(({ user, isOwn }) => [user, isOwn])).toEqual(
      expect.arrayContaining([
        ['mira', true],
        ['noel', false],
      ]),
    );
    const ids = all.filter(({ user }) => user === 'noel').map(({ id }) => id);
    const own = await read(get('/api/sessions', noel));
    expect(own.sessions).toHaveLength(1);
    expect(await read(post('/api/sessions/end', { ids }, mira))).toEqual({ ended: ids });
    expect((await get('/api/session', noel)).status).toBe(401);
    expect(await cut).toBe('io server disconnect');
  });

  it('is nobody else’s to take, but an administrator’s', async () => {
    await addUser('mira', 'admin', PASSWORD);
    await addUser('noel', 'editor', PASSWORD);
    const mira = await cookieOf('mira');
    const { sessions } = await read(get('/api/sessions', mira));
    // The answer's documented shape.
    const ids = (sessions as { id: string }[]).map(({ id }) => id);
    const noel = await cookieOf('noel');
    expect(await read(post('/api/sessions/end', { ids }, noel))).toEqual({ ended: [] });
    const { id } = await newToken({}, mira);
    expect(await read(post('/api/tokens/revoke', { ids: [id] }, noel))).toEqual({ revoked: [] });
  });

  it('is gone at once: a role, on open pages too', async () => {
    await addUser('mira', 'admin', PASSWORD);
    await addUser('noel', 'editor', PASSWORD);
    const noel = await cookieOf('noel');
    const { cut } = await connect(noel);
    const { secret } = await newToken({ role: 'editor' }, noel);
    await post('/api/users/role', { name: 'noel', role: 'viewer' });
    expect(await cut).toBe('io server disconnect');
    for (const headers of [noel, bearer(secret)]) {
      const answer = await post('/api/agents/approve', { agents: ['web-a'] }, headers);
      expect(answer.status).toBe(403);
    }
  });

  it('is gone at once: a person with all sessions and tokens', async () => {
    await addUser('mira', 'admin', PASSWORD);
    await addUser('noel', 'editor', PASSWORD);
    const noel = await cookieOf('noel');
    const { secret } = await newToken({}, noel);
    const { cut } = await connect(bearer(secret));
    expect((await post('/api/users/remove', { name: 'noel' })).status).toBe(204);
    expect(await cut).toBe('io server disconnect');
    await addUser('noel', 'viewer', PASSWORD);
    expect((await get('/api/session', noel)).status).toBe(401);
    expect((await get('/api/session', bearer(secret))).status).toBe(401);
  });
});

describe('API tokens', () => {
  it('are shown once, stored as hashes, and end when they are revoked or too old', async () => {
    const { id, secret } = await newToken({ days: 2 });
    expect(secret).toMatch(/^apiary_[\w-]{43}$/);
    expect(await fixture.documents('api-tokens')).not.toContain(secret.slice(7));
    const listed = await (await get('/api/tokens', bearer(fixture.token))).text();
    expect(listed).not.toContain('hash');
    expect((await get('/api/agents', bearer(secret))).status).toBe(200);
    const { cut } = await connect(bearer(secret));
    expect(await read(post('/api/tokens/revoke', { ids: [id] }))).toEqual({ revoked: [id] });
    expect(await cut).toBe('io server disconnect');
    expect((await get('/api/agents', bearer(secret))).status).toBe(401);
    const second = await newToken({ days: 2 });
    fixture.clock.advance(2 * DAY_MS);
    expect((await get('/api/agents', bearer(second.secret))).status).toBe(401);
  });

  it('are never mightier than their maker', async () => {
    await addUser('mira', 'admin', PASSWORD);
    await addUser('noel', 'viewer', PASSWORD);
    const noel = await cookieOf('noel');
    const refused = async (body: object, headers: Headers) =>
      (await post('/api/tokens', { name: 'x', ...body }, headers)).status;
    expect(await refused({ role: 'editor' }, noel)).toBe(403);
    expect(await refused({ user: 'mira' }, noel)).toBe(403);
    const { secret } = await newToken({ role: 'admin', scopes: ['tokens:write', 'search:read'] });
    expect(await refused({ scopes: ['*'] }, bearer(secret))).toBe(403);
    expect(await refused({ scopes: ['agents:write'] }, bearer(secret))).toBe(403);
    expect(await refused({ scopes: ['search:read'] }, bearer(secret))).toBe(200);
    expect(await refused({ scopes: ['nonsense'] }, noel)).toBe(400);
    const short = await newToken({ scopes: ['tokens:write'], days: 1 });
    const heir = { name: 'x', scopes: ['tokens:write'], days: 30 };
    expect(await read(post('/api/tokens', heir, bearer(short.secret)))).toMatchObject({
      token: { expiresMs: fixture.clock.now() + DAY_MS },
    });
  });
});

describe('the audit log', () => {
  it('tells who did what by what, and what came of it, without secrets', async () => {
    await addUser('mira', 'admin', PASSWORD);
    await post('/api/agents/approve', { agents: ['web-a'] }, await cookieOf('mira'));
    await post('/api/agents/revoke', { agents: ['nobody'] });
    const entries = await audit();
    expect(entries).toMatchObject([
      { who: 'local', action: 'revokeAgents', result: 'not-found' },
      {
        who: 'mira',
        role: 'admin',
        via: 'password',
        action: 'approveAgents',
        details: '{"agents":["web-a"]}',
        result: 'ok',
      },
      { who: 'mira', action: 'usePassword', result: 'ok' },
      { who: 'local', via: 'local', action: 'addUser', result: 'ok' },
    ]);
    expect(JSON.stringify(entries)).not.toContain(PASSWORD);
  });

  it('notes refusals, bounded, and failed sign-ins without the name that was typed', async () => {
    await addUser('mira', 'admin', PASSWORD);
    await addUser('noel', 'viewer', PASSWORD);
    const noel = await cookieOf('noel');
    await signIn('oops-my-password');
    for (let i = 0; i < 50; i += 1) await post('/api/agents/approve', { agents: ['x'] }, noel);
    const entries = await audit();
    const refused = entries.filter(({ result }) => result === 'forbidden');
    expect(refused.length).toBeGreaterThan(5);
    expect(refused.length).toBeLessThan(50);
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'usePassword', result: 'sign-in-refused', details: '' }),
    );
    expect(JSON.stringify(entries)).not.toContain('oops');
  });

  it('pages, and filters by person and action', async () => {
    for (const agent of ['a', 'b', 'c']) {
      await post('/api/agents/revoke', { agents: [agent] });
      fixture.clock.advance(1);
    }
    const page = async (query: string) =>
      await read(get(`/api/audit?${query}`, bearer(fixture.token)));
    const first = await page('limit=2');
    expect(first.entries).toMatchObject([
      { details: '{"agents":["c"]}' },
      { details: '{"agents":["b"]}' },
    ]);
    const second = await page(`limit=2&after=${first.next}`);
    expect(second.entries).toMatchObject([{ details: '{"agents":["a"]}' }]);
    expect((await page('action=addUser')).entries).toEqual([]);
    expect((await page('who=local&action=revokeAgents')).entries).toHaveLength(3);
  });
});

describe('OpenAPI', () => {
  it('has an example of every body, and none that does not fit its shape', () => {
    const examples: Readonly<Record<string, { readonly body?: unknown }>> = EXAMPLES;
    const silent = Object.entries(ROUTES)
      .filter(([name, { body }]) => !(body instanceof z.ZodUndefined) && !examples[name]?.body)
      .map(([name]) => name);
    expect(silent).toEqual([]);
    for (const [name, { body, response }] of Object.entries(EXAMPLES)) {
      // Both tables have the same keys.
      const route: Route = ROUTES[name as keyof typeof ROUTES];
      if (body !== undefined)
        expect([name, route.body.safeParse(body).error]).toEqual([name, undefined]);
      if (response === undefined) continue;
      expect([name, route.response.safeParse(response).error]).toEqual([name, undefined]);
    }
  });
});
