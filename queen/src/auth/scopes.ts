/**
 * What an API token is good for. A scope is `area:read` or `area:write`; the area is the first word of
 * a route's path or of a socket event's name. `*` is everything that the role allows, `*:read` all
 * reading.
 */
import type { Route } from '../route.ts';

/** Tails search what is still to come; ledgers and traffic are of agents. */
const AREA_OF_EVENT: Readonly<Record<string, string>> = {
  tail: 'search',
  analysis: 'search',
  ledger: 'agents',
  traffic: 'agents',
};

/** The scope that a route needs. */
export function scopeOfRoute(route: Pick<Route, 'method' | 'path' | 'scope'>): string {
  if (route.scope !== undefined) return route.scope;
  const area = route.path.replace(/^\/(api\/)?/, '').split('/')[0] ?? '';
  return `${area}:${route.method === 'get' ? 'read' : 'write'}`;
}

/** The scope that a socket event needs: those that a viewer may send only read. */
export function scopeOfEvent(name: string, access: string): string {
  const word = name.split('.')[0] ?? '';
  return `${AREA_OF_EVENT[word] ?? word}:${access === 'viewer' ? 'read' : 'write'}`;
}

/** True if one of the granted scopes includes the needed one. */
export function covers(granted: readonly string[], needed: string): boolean {
  return granted.some(
    (scope) =>
      scope === '*' || scope === needed || (scope === '*:read' && needed.endsWith(':read')),
  );
}

/** True for a route that changes something; how one signs in is noted by its own handlers. */
export function isChange(route: Route): boolean {
  const isOpen = route.access === 'public' || route.access === 'local';
  return !isOpen && !route.isPart && scopeOfRoute(route).endsWith(':write');
}
