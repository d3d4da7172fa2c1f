/** What a route's handler is given and gives back. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Identity } from '../auth/authenticate.ts';
import type { Route, Routes } from '../routes.ts';

/** One request after the guard and the checks of its shape. */
export interface ApiCall<R extends Route = Route> {
  readonly actor: Actor;
  /** The actor with the session or token that they came by. */
  readonly identity: Identity;
  /** Where the request came from. */
  readonly address: string;
  readonly body: z.output<R['body']>;
  readonly query: z.output<R['query']>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly request: Request;
  readonly response: Response;
}

/** Answers a route; whoever has begun to answer by `response` itself returns undefined. */
export type Handler<R extends Route> = (
  call: ApiCall<R>,
) => Promise<z.input<R['response']> | undefined>;

/** Handlers of some routes, by the routes' names. */
export type Handlers<K extends keyof Routes> = { readonly [N in K]: Handler<Routes[N]> };
