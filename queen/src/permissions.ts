/**
 * Who may do what, as one table: every route, socket event and RPC action with the least role and the
 * scope that it needs. It is made from the tables that the server itself obeys;
 * `docs/reference/permissions.md` is written from it, and a test tries every cell.
 */
import { ALL_ACTIONS } from '@apiary/common/messages/actions/all.ts';
import { scopeOfEvent, scopeOfRoute } from './auth/scopes.ts';
import type { Access } from './route.ts';
import { ROUTES, type Route, SOCKET_EVENTS } from './routes.ts';

/** Who may ask, the columns of the table. */
export const CALLERS = ['nobody', 'viewer', 'editor', 'admin'] as const;

/** A column. */
export type Caller = (typeof CALLERS)[number];

/** A row. */
export interface Permission {
  readonly kind: 'route' | 'socket' | 'rpc';
  /** The key in its own table. */
  readonly name: string;
  /** As one writes it: `POST /api/search`, `tail.start`, `honeycomb.search`. */
  readonly subject: string;
  readonly access: Access;
  /** What an API token needs beside the role; absent where nobody is asked who they are. */
  readonly scope: string | undefined;
  readonly summary: string;
}

/** All rows. */
export function permissions(): Permission[] {
  const routes: readonly [string, Route][] = Object.entries(ROUTES);
  return [
    ...routes.map(([name, route]): Permission => {
      const { access, summary } = route;
      const subject = `${route.method.toUpperCase()} ${route.path}`;
      const scope = access === 'public' ? undefined : scopeOfRoute(route);
      return { kind: 'route', name, subject, access, scope, summary };
    }),
    ...Object.entries(SOCKET_EVENTS).map(([name, { access }]): Permission => {
      const scope = scopeOfEvent(name, access);
      return { kind: 'socket', name, subject: name, access, scope, summary: '' };
    }),
    ...Object.values(ALL_ACTIONS).flatMap((actions) =>
      Object.values(actions).map(({ name, role }): Permission => {
        return { kind: 'rpc', name, subject: name, access: role, scope: undefined, summary: '' };
      }),
    ),
  ];
}

const RANK = { nobody: 0, viewer: 1, editor: 2, admin: 3 } as const;

/** A cell. `local` routes are open on the machine itself; beyond it they need a viewer. */
export function isAllowed({ access }: Permission, caller: Caller): boolean {
  if (access === 'public') return true;
  return RANK[caller] >= RANK[access === 'local' ? 'viewer' : access];
}

/** Every scope that there is, but the two that stand for many. */
export function allScopes(): string[] {
  const scopes = permissions().flatMap(({ scope }) => (scope === undefined ? [] : [scope]));
  return [...new Set(scopes)].sort();
}
