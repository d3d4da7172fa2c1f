/** Requests to Queen's REST API. Answers are checked; refusals become the catalogue's errors. */
import { AppError, isErrorCode } from '@apiary/common/errors.ts';
import { z } from 'zod';

const problemSchema = z.object({
  code: z.string(),
  detail: z.string().optional(),
  title: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What a request may say beside its path. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Asks Queen and checks the answer against `schema`.
 * @throws AppError with the server's code; `component-missing` if Queen does not answer
 */
export async function callApi<T extends z.ZodType>(
  path: string,
  schema: T,
  request: ApiRequest = {},
): Promise<z.output<T>> {
  const response = await send(path, request);
  if (!response.ok) throw await toProblem(response);
  const body: unknown = response.status === 204 ? undefined : await response.json();
  const checked = schema.safeParse(body);
  if (!checked.success) {
    throw new AppError(
      'internal',
      `Queen answered ${path} in a shape that this page does not know.`,
    );
  }
  return checked.data;
}

async function send(path: string, request: ApiRequest): Promise<Response> {
  try {
    return await fetch(path, {
      method: request.method ?? 'GET',
      credentials: 'same-origin',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.signal ? { signal: request.signal } : {}),
    });
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    throw new AppError('component-missing', 'Queen does not answer.', { cause });
  }
}

async function toProblem(response: Response): Promise<AppError> {
  const text = await response.text();
  const problem = problemSchema.safeParse(parseJson(text));
  if (!problem.success) {
    return new AppError('internal', `Queen answered with status ${response.status}.`);
  }
  const { code, detail, title, details } = problem.data;
  const message = detail ?? title ?? `Queen answered with status ${response.status}.`;
  return new AppError(isErrorCode(code) ? code : 'internal', message, details ? { details } : {});
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What went wrong, as one sentence for a person. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
