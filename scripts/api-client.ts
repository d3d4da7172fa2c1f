/** Queen's API as the command line uses it. */
import { AppError, isErrorCode } from '@apiary/common/errors.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import {
  honeycombActions,
  type SearchPart,
  type SearchRequest,
  searchPartSchema,
} from '@apiary/common/messages/actions/honeycomb.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { type Install, installSchema } from '@apiary/queen/install-routes.ts';
import type { Route } from '@apiary/queen/routes.ts';
import { z } from 'zod';
import { answerLines } from './answer-lines.ts';
import {
  findInstance,
  type InstanceChoice,
  type LocalInstance,
  notAnswering,
} from './local-instance.ts';

const { listAgents, approve, listTargets, addTargets, removeTargets } = agentManagerActions;

const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
const failedLineSchema = z.object({ type: z.literal('failed'), error: problemSchema });
const linkSchema = z.object({ url: z.string(), expiresMs: z.number() });
const systemSchema = z.object({
  version: z.string(),
  components: z.array(z.object({ name: z.string(), state: z.string() })),
  /** Absent while no honeycomb answers. */
  store: honeycombActions.stats.response.optional(),
});

/** A page of records with the counts of the whole search. */
export interface SearchPage {
  readonly records: readonly LogRecord[];
  readonly total: number;
  /** For the next page; undefined at the end. */
  readonly next: string | undefined;
  readonly missing: readonly string[];
}

/**
 * Asks the Queen of one instance. Every method throws the AppError that she answered.
 */
export class ApiClient {
  /** Read again when it turns out to be an earlier run's. */
  #instance: LocalInstance;
  readonly #choice: InstanceChoice;
  readonly #signal: AbortSignal | undefined;

  private constructor(
    instance: LocalInstance,
    choice: InstanceChoice,
    signal: AbortSignal | undefined,
  ) {
    this.#instance = instance;
    this.#choice = choice;
    this.#signal = signal;
  }

  /** For the instance that the settings choose. @throws AppError as `findInstance` */
  static async connect(choice: InstanceChoice, signal?: AbortSignal): Promise<ApiClient> {
    return new ApiClient(await findInstance(choice), choice, signal);
  }

  /** For the one that runs on a folder. @throws AppError `component-missing` when none does */
  static async local(dataFolder: string, signal?: AbortSignal): Promise<ApiClient> {
    return await ApiClient.connect({ data: dataFolder }, signal);
  }

  /** Asks for a route of Queen's table; `query` is what follows the `?` of its path. */
  async call<B extends z.ZodType, Q extends z.ZodType, R extends z.ZodType>(
    route: Route<B, Q, R>,
    body?: z.input<B>,
    query: Readonly<Record<string, string>> = {},
  ): Promise<z.output<R>> {
    const words = new URLSearchParams(query).toString();
    const path = words === '' ? route.path : `${route.path}?${words}`;
    return await this.#ask(route.method.toUpperCase(), path, route.response, body);
  }

  /** Asks for a route that answers in parts, each of the response's shape, as they are known. */
  async *parts<B extends z.ZodType, Q extends z.ZodType, R extends z.ZodType>(
    route: Route<B, Q, R>,
    body?: z.input<B>,
  ): AsyncGenerator<z.output<R>> {
    yield* this.#parts(route.method.toUpperCase(), route.path, route.response, body);
  }

  /** A new one-time link to the web UI. */
  async createSignInLink(): Promise<z.output<typeof linkSchema>> {
    return await this.#ask('POST', '/api/links', linkSchema);
  }

  /** All agents. */
  async listAgents(): Promise<z.output<typeof listAgents.response>> {
    return await this.#ask('GET', '/api/agents', listAgents.response);
  }

  /** Approves or revokes agents by id or name. */
  async decide(
    decision: 'approve' | 'revoke',
    agents: readonly string[],
  ): Promise<z.output<typeof approve.response>> {
    return await this.#ask('POST', `/api/agents/${decision}`, approve.response, { agents });
  }

  /** Targets of all agents. */
  async listTargets(): Promise<z.output<typeof listTargets.response>> {
    return await this.#ask('GET', '/api/targets?agents=all', listTargets.response);
  }

  /** Adds targets; the answer has a line for each agent and URL. */
  async addTargets(request: {
    readonly agents: 'all' | readonly string[];
    readonly urls: readonly string[];
    readonly tags: readonly string[];
    readonly history: boolean;
  }): Promise<z.output<typeof addTargets.response>> {
    return await this.#ask('POST', '/api/targets', addTargets.response, request);
  }

  /** Removes targets by id. */
  async removeTargets(
    targets: readonly string[],
  ): Promise<z.output<typeof removeTargets.response>> {
    return await this.#ask('POST', '/api/targets/remove', removeTargets.response, { targets });
  }

  /** Streams the parts of a search as they are known. */
  async *search(request: SearchRequest): AsyncGenerator<SearchPart> {
    let isDone = false;
    for await (const part of this.#parts('POST', '/api/search', searchPartSchema, request)) {
      isDone = part.type === 'done';
      yield part;
    }
    if (!isDone) throw new AppError('bus-lost', 'the connection was cut before the end');
  }

  /** A search as one page: its records and the final counts. */
  async searchPage(request: SearchRequest): Promise<SearchPage> {
    const records: LogRecord[] = [];
    for await (const part of this.search(request)) {
      if (part.type === 'records') records.push(...part.records);
      if (part.type !== 'done') continue;
      return { records, total: part.total, next: part.next, missing: part.missing };
    }
    throw new AppError('bus-lost', 'the search ended without its counts');
  }

  /** How a Bee comes to another machine. */
  async install(): Promise<Install> {
    return await this.#ask('GET', '/api/install', installSchema);
  }

  /** What the store and the components say of themselves. */
  async system(): Promise<z.output<typeof systemSchema>> {
    return await this.#ask('GET', '/api/system', systemSchema);
  }

  async *#parts<S extends z.ZodType>(
    method: string,
    path: string,
    shape: S,
    body?: unknown,
  ): AsyncGenerator<z.output<S>> {
    const response = await this.#send(method, path, body, 'application/x-ndjson');
    if (!response.body) throw new AppError('internal', 'the answer has no body');
    for await (const line of answerLines(response.body, this.#signal)) {
      const value: unknown = JSON.parse(line);
      const failed = failedLineSchema.safeParse(value);
      if (failed.success) throw errorOf(failed.data.error);
      yield shape.parse(value);
    }
  }

  async #ask<S extends z.ZodType>(
    method: string,
    path: string,
    shape: S,
    body?: unknown,
  ): Promise<z.output<S>> {
    const response = await this.#send(method, path, body, 'application/json');
    return shape.parse(response.status === 204 ? undefined : await response.json());
  }

  async #send(method: string, path: string, body: unknown, accept: string): Promise<Response> {
    const { token } = this.#instance;
    const response = await this.#fetch(method, path, body, accept);
    if (response.ok) return response;
    if (response.status === 401) {
      // Queen makes a new token at each start.
      this.#instance = await findInstance(this.#choice);
      if (this.#instance.token !== token) return await this.#send(method, path, body, accept);
    }
    const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
    if (problem.success) throw errorOf(problem.data);
    throw new AppError('internal', `${this.#instance.url} answered ${response.status}`);
  }

  async #fetch(method: string, path: string, body: unknown, accept: string): Promise<Response> {
    const { url, token } = this.#instance;
    return await fetch(`${url}${path}`, {
      method,
      headers: {
        accept: `${accept}, application/problem+json`,
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(this.#signal && { signal: this.#signal }),
    }).catch((error: unknown) => {
      if (this.#signal?.aborted) throw error;
      throw notAnswering(this.#choice, error);
    });
  }
}

function errorOf(problem: z.output<typeof problemSchema>): AppError {
  const code = isErrorCode(problem.code) ? problem.code : 'internal';
  return new AppError(code, problem.detail, { details: problem.details ?? {} });
}
