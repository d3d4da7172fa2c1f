/** What a route of Queen's table is. */
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
