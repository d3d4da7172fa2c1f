/** The HTTP application: every route of the table, its guard and its checks, then the web UI. */
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { HTTP_BODY_BYTES_MAX } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import type { ApiCall, Handler, Handlers } from './api/handler.ts';
import { auditFacts } from './auth/audit-facts.ts';
import type { AuditLog } from './auth/audit-log.ts';
import type { Identity } from './auth/authenticate.ts';
import type { Guard } from './auth/guard.ts';
import type { SameOrigin } from './auth/same-origin.ts';
import { isChange } from './auth/scopes.ts';
import { problemHandler } from './problem.ts';
import type { QueenMetrics } from './queen-metrics.ts';
import { ROUTES, type Route, type Routes } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { webUi } from './web-ui.ts';

/** What the application is made of. */
export interface ServerParts {
  readonly guard: Guard;
  readonly sameOrigin: SameOrigin;
  readonly handlers: Handlers<keyof Routes>;
  readonly audit: AuditLog;
  readonly metrics: QueenMetrics;
  readonly log: Logger;
  readonly webFolder: string;
  /** True where browsers come by https. */
  readonly secure: boolean;
}

/** Builds the application. */
export function createApplication(parts: ServerParts): Express {
  const application = express();
  application.disable('x-powered-by').disable('etag');
  application.use(securityHeaders(parts.secure));
  application.use((request, _response, next) => {
    parts.sameOrigin.checkHost(request.headers, !request.secure);
    next();
  });
  for (const [name, route] of Object.entries(ROUTES)) {
    // Both tables have the same keys, so this is the handler of exactly this route.
    const handler = parts.handlers[name as keyof Routes] as Handler<Route>;
    application[route.method](route.path, ...steps(name, route, handler, parts));
  }
  application.use(['/api', '/socket.io'], () => {
    throw new AppError('not-found', 'There is no such route; /api/openapi.json lists them.');
  });
  application.use(webUi(parts.webFolder));
  application.use(() => {
    throw new AppError('not-found', 'There is no such page.');
  });
  application.use(problemHandler(parts.log));
  return application;
}

/** The guard comes before the body is read, so strangers cannot make us parse anything. */
function steps(
  name: string,
  route: Route,
  handler: Handler<Route>,
  { guard, metrics, audit }: ServerParts,
): RequestHandler[] {
  return [
    (_request, response, next) => {
      const end = metrics.requests.startTimer({ route: name });
      response.once('close', () => end({ status: String(response.statusCode) }));
      next();
    },
    async (request, response, next) => {
      const identity = await guard.identify(request);
      try {
        response.locals.identity = guard.admit(route, identity, request);
      } catch (error) {
        if (identity && isChange(route)) {
          const facts = auditFacts(name, identity, addressOf(request), undefined);
          await audit.refused(facts, toAppError(error).code);
        }
        throw error;
      }
      next();
    },
    express.json({ limit: HTTP_BODY_BYTES_MAX, type: 'application/json' }),
    async (request, response) => {
      const call = callOf(route, request, response);
      const facts = auditFacts(name, call.identity, call.address, call.body);
      const answer = isChange(route)
        ? await audit.change(facts, () => handler(call))
        : await handler(call);
      if (!response.headersSent) send(route, response, answer);
    },
  ];
}

function callOf(route: Route, request: Request, response: Response): ApiCall {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // The step before put it there.
  const identity = response.locals.identity as Identity;
  return {
    actor: identity.actor,
    identity,
    address: addressOf(request),
    // A route that takes no body ignores one.
    body:
      route.body instanceof z.ZodUndefined ? undefined : checked(route.body, request.body, 'body'),
    query: checked(route.query, request.query, 'query'),
    signal: gone.signal,
    request,
    response,
  };
}

function addressOf(request: Request): string {
  return request.socket.remoteAddress ?? '';
}

function send(route: Route, response: Response, answer: unknown): void {
  response.set('Cache-Control', 'no-store');
  if (answer === undefined) response.status(204).end();
  else if (route.contentType === undefined) response.json(answer);
  else response.type(route.contentType).send(answer);
}

function checked(schema: z.ZodType, value: unknown, what: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues
    .slice(0, 10)
    .map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const first = issues[0];
  const where = [what, ...(first?.path ? [first.path] : [])].join('.');
  throw new AppError('request-invalid', `${where}: ${first?.message ?? 'invalid'}`, {
    details: { issues },
  });
}
