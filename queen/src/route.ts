/** What a route of Queen's table is. */
import type { Action } from '@apiary/common/messages/actions/action.ts';
import { z } from 'zod';

/**
 * Who may ask: anybody; this machine (or a viewer); or an account of at least that role. `local` is
 * for what a scraper beside the process reads.
 */
export type Access = 'public' | 'local' | 'viewer' | 'editor' | 'admin';

/** One route. */
export interface Route<
  B extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly access: Access;
  /**
   * What an API token has to be good for, where it is not the first word of the path with `:read` for
   * `get` and `:write` for all else. What is `:write` stands in the audit log.
   */
  readonly scope?: string;
  /** One request of many, of something that another route has noted: not in the audit log. */
  readonly isPart?: true;
  readonly summary: string;
  /** Shape of the JSON body; `undefined` is taken where a route has none. */
  readonly body: B;
  readonly query: Q;
  readonly response: R;
  /** What it answers with, where that is not JSON. */
  readonly contentType?: string;
  /** Each line of the answer when `Accept: application/x-ndjson` was sent. */
  readonly line?: z.ZodType;
}

/** What most routes lack: a body, a query, an answer. */
export const bare = { body: z.undefined(), query: z.object({}), response: z.undefined() } as const;

/** Declares a route. */
export function route<B extends z.ZodType, Q extends z.ZodType, R extends z.ZodType>(
  method: Route['method'],
  path: string,
  rest: Omit<Route<B, Q, R>, 'method' | 'path'>,
): Route<B, Q, R> {
  return { ...rest, method, path };
}

/** A route that asks a component for one action and gives its answer as it is. */
export interface Relay<
  A extends Action = Action,
  B extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
> extends Route<B, Q, A['response']> {
  readonly relays: A;
  /** How long the component has, where that is not the deadline of every call. */
  readonly deadlineMs?: number;
}

type Bare = typeof bare;

interface RelayMore {
  readonly scope?: string;
  readonly deadlineMs?: number;
}

/**
 * Declares a relay. Who may ask and what comes back are the action's; it takes the body of `post`, the
 * query of `get`, where `query` reads what a URL cannot say as it is.
 */
export function relay<A extends Action>(
  method: 'post',
  path: string,
  action: A,
  summary: string,
  more?: RelayMore,
): Relay<A, A['request'], Bare['query']>;
/** @inheritDoc */
export function relay<A extends Action, Q extends z.ZodType = A['request']>(
  method: 'get',
  path: string,
  action: A,
  summary: string,
  more?: RelayMore & { readonly query?: Q },
): Relay<A, Bare['body'], Q>;
/** @inheritDoc */
export function relay(
  method: 'get' | 'post',
  path: string,
  action: Action,
  summary: string,
  more: RelayMore & { readonly query?: z.ZodType } = {},
): Relay {
  const takes =
    method === 'post' ? { ...bare, body: action.request } : { ...bare, query: action.request };
  const { role: access, response } = action;
  return { ...takes, ...more, method, path, access, summary, response, relays: action };
}
