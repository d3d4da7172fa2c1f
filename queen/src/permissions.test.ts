/** Every cell of the table of permissions, tried against the real server and the real action server. */
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
  type Action,
  type ActionHandlers,
  serveActions,
} from '@apiary/common/messages/actions/action.ts';
import { ALL_ACTIONS } from '@apiary/common/messages/actions/all.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { EXAMPLES } from './openapi-examples.ts';
import { allScopes, CALLERS, type Caller, isAllowed, permissions } from './permissions.ts';
import { ROUTES, type Route, type Routes } from './routes.ts';
import { bearer, type QueenFixture, startQueenFixture } from './testing/queen-fixture.ts';

const ROLES = ['viewer', 'editor', 'admin'] as const;
const PASSWORD = 'four words in a row';
const rows = permissions();
const routeRows = rows.filter(({ kind }) => kind === 'route');
const socketRows = rows.filter(({ kind }) => kind === 'socket');
const scoped = (kind: 'route' | 'socket') =>
  rows.flatMap((row) =>
    row.kind === kind && row.scope !== undefined ? [{ ...row, scope: row.scope }] : [],
  );

let fixture: QueenFixture;
let tried = 0;
const tokens = new Map<string, string>();
const sockets: Socket[] = [];

beforeAll(async () => {
  fixture = await startQueenFixture();
  for (const role of ['admin', 'editor', 'viewer']) {
    await post('/api/users', { name: role, role, password: PASSWORD });
  }
});

afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await fixture.stop();
  process.stdout.write(`permissions: ${tried} cells tried, of ${rows.length} rows\n`);
});

async function post(path: string, body: unknown): Promise<Response> {
  const init = { method: 'POST', headers: bearer(fixture.token), body: JSON.stringify(body) };
  return await fixture.fetch(path, init);
}

async function tokenFor(role: string, scopes: readonly string[]): Promise<string> {
  const key = `${role} ${scopes.join(' ')}`;
  const known = tokens.get(key);
  if (known) return known;
  const made = await post('/api/tokens', { name: 'cell', user: role, role, scopes });
  // The answer's documented shape.
  const { secret } = (await made.json()) as { secret: string };
  tokens.set(key, secret);
  return secret;
}

async function cookieFor(role: string): Promise<string> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: role, password: PASSWORD }),
  };
  const answer = await fixture.fetch('/api/session/password', init);
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

function routeOf(name: string): Route {
  // The row was made from this table.
  return ROUTES[name as keyof Routes];
}

/** The refusal's code, or undefined where the guard let it in. A refused request has a good body. */
async function ask(
  name: string,
  headers: Record<string, string>,
  body: unknown,
): Promise<string | undefined> {
  tried += 1;
  const { method, path } = routeOf(name);
  const answer = await fixture.fetch(path, {
    method: method.toUpperCase(),
    // So that nobody is beside the process: the column is about the others.
    headers: { ...headers, 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.1' },
    ...(method !== 'get' && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (answer.status !== 401 && answer.status !== 403) return undefined;
  return JSON.parse(text).code;
}

function expected(isOpen: boolean, caller: Caller): string | undefined {
  if (isOpen) return undefined;
  return caller === 'nobody' ? 'signed-out' : 'forbidden';
}

function bodyOf(name: string, isOpen: boolean): unknown {
  // The row was made from the same table.
  return isOpen ? {} : (EXAMPLES[name as keyof Routes]?.body ?? {});
}

describe('routes', () => {
  it.each(routeRows)('$subject, by token', async (row) => {
    for (const caller of CALLERS) {
      const isOpen = isAllowed(row, caller);
      const headers = caller === 'nobody' ? {} : bearer(await tokenFor(caller, ['*']));
      const code = await ask(row.name, headers, bodyOf(row.name, isOpen));
      expect([caller, code]).toEqual([caller, expected(isOpen, caller)]);
    }
  });

  it.each(routeRows)('$subject, by session', async (row) => {
    for (const caller of ROLES) {
      const isOpen = isAllowed(row, caller);
      const code = await ask(
        row.name,
        { cookie: await cookieFor(caller) },
        bodyOf(row.name, isOpen),
      );
      expect([caller, code]).toEqual([caller, expected(isOpen, caller)]);
    }
  });

  it.each(scoped('route'))('$subject needs a token for $scope', async ({ name, scope }) => {
    const others = allScopes().filter((other) => other !== scope);
    const without = bearer(await tokenFor('admin', others));
    expect(await ask(name, without, bodyOf(name, false))).toBe('forbidden');
    expect(await ask(name, bearer(await tokenFor('admin', [scope])), {})).toBeUndefined();
  });
});

async function connect(token?: string): Promise<Socket> {
  const socket = io(fixture.queen.url, {
    transports: ['websocket'],
    auth: token === undefined ? {} : { token },
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

async function emit(socket: Socket, event: string): Promise<string | undefined> {
  tried += 1;
  const answer: unknown = await socket.emitWithAck(event, {});
  // Every acknowledgement has this shape.
  const { ok, error } = answer as { ok: boolean; error?: { code: string } };
  return !ok && error?.code === 'forbidden' ? 'forbidden' : undefined;
}

describe('socket events', () => {
  it.each(socketRows)('$subject', async (row) => {
    tried += 1;
    await expect(connect()).rejects.toMatchObject({ data: { code: 'signed-out' } });
    for (const caller of ROLES) {
      const socket = await connect(await tokenFor(caller, ['*']));
      const isOpen = isAllowed(row, caller);
      expect([caller, await emit(socket, row.name)]).toEqual([caller, expected(isOpen, caller)]);
      socket.disconnect();
    }
  });

  it.each(scoped('socket'))('$subject needs a token for $scope', async ({ name, scope }) => {
    const others = allScopes().filter((other) => other !== scope);
    const without = await connect(await tokenFor('admin', others));
    expect(await emit(without, name)).toBe('forbidden');
    const exact = await connect(await tokenFor('admin', [scope]));
    expect(await emit(exact, name)).toBeUndefined();
    without.disconnect();
    exact.disconnect();
  });
});

describe('RPC actions', () => {
  it.each(Object.entries(ALL_ACTIONS))('of %s', async (component, actions) => {
    const table: Readonly<Record<string, Action>> = actions;
    let reached = 0;
    const handlers: Record<string, () => Promise<never>> = {};
    for (const key of Object.keys(table)) {
      handlers[key] = () => {
        reached += 1;
        return Promise.reject(new AppError('not-found', 'reached'));
      };
    }
    const address = { component, instance: 'permissions' };
    // Each handler rejects, so the shape of its answer does not matter.
    const served = await serveActions(
      fixture.bus,
      address,
      table,
      handlers as ActionHandlers<typeof table>,
    );
    for (const row of rows.filter(({ kind, name }) => kind === 'rpc' && isOf(name, component))) {
      for (const caller of ROLES) {
        tried += 1;
        const before = reached;
        const actor = { kind: 'user', id: caller, name: caller, role: caller } as const;
        const refusal = await fixture.bus.rpc
          .call(address, row.name, {}, { actor })
          .catch((error: unknown) => toAppError(error).code);
        const isOpen = isAllowed(row, caller);
        expect([row.name, caller, refusal === 'forbidden']).toEqual([row.name, caller, !isOpen]);
        if (!isOpen) expect(reached).toBe(before);
      }
    }
    await served.cancel();
  });
});

function isOf(action: string, component: string): boolean {
  return action.startsWith(`${component}.`);
}
