import { AppError, ERRORS, toAppError } from '@apiary/common/errors.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { ErrorRequestHandler, Response } from 'express';
import { z } from 'zod';

/** An error as the API answers it: RFC 9457, with the code of the catalogue. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** See {@link problemSchema}. */
export type Problem = z.output<typeof problemSchema>;

/** An error as sockets are told of it. */
export interface SocketError {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The problem document of an error; an internal one tells nothing of the inside. */
export function problemOf(error: AppError): Problem {
  const title = ERRORS[error.code][2];
  const hasDetails = Object.keys(error.details).length > 0;
  return {
    type: `urn:apiary:error:${error.code}`,
    title,
    status: error.status,
    code: error.code,
    detail: error.code === 'internal' ? title : error.message,
    ...(hasDetails && { details: error.details }),
  };
}

/** The same for a socket. */
export function socketErrorOf(error: AppError): SocketError {
  const { code, detail } = problemOf(error);
  return { code, message: detail, details: error.details };
}

/** Answers with a problem document. */
export function sendProblem(response: Response, error: AppError): void {
  const { retryAfterMs } = error.details;
  if (typeof retryAfterMs === 'number') {
    response.set('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
  }
  response
    .status(error.status)
    .set('Cache-Control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(error)));
}

/**
 * The last handler: turns whatever was thrown into a problem, or cuts an answer that had begun. A client that left while
 * its answer was being made ends that, which is no failure.
 */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, _next) => {
    if (response.closed && isAbort(thrown)) return;
    const error = fromHttpError(thrown);
    if (error.code === 'internal') {
      log.error({ err: thrown, method: request.method, path: request.path }, 'request.failed');
    }
    if (response.headersSent) response.destroy();
    else sendProblem(response, error);
  };
}

function isAbort(thrown: unknown): boolean {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'name' in thrown &&
    thrown.name === 'AbortError'
  );
}

/** Body parsers throw errors with a status of their own. */
function fromHttpError(thrown: unknown): AppError {
  const status = thrown instanceof Error && 'status' in thrown ? thrown.status : undefined;
  if (thrown instanceof AppError || typeof status !== 'number') return toAppError(thrown);
  if (status === 413) {
    return new AppError('too-large', 'The request body is larger than 1 MiB.');
  }
  if (status >= 400 && status < 500) {
    const message = thrown instanceof Error ? thrown.message : 'malformed';
    return new AppError('request-invalid', `The request cannot be read: ${message}`);
  }
  return toAppError(thrown);
}
