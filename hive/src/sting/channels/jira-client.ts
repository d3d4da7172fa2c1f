/** Jira's REST API, version 2, as far as alerts need it; what fails is a {@link SendResult}. */
import { z } from 'zod';
import type { OutboundAnswer } from '../outbound/request.ts';
import { resultOf, resultOfFailure } from './answer.ts';
import type { ChannelEnvironment, SendResult } from './channel.ts';

/** After a request whose answer was lost: Jira's search needs a while to find what it made. */
const INDEX_LAG_MS = 15_000;

const issuesSchema = z.object({ issues: z.array(z.object({ key: z.string() })) });
const createdSchema = z.object({ key: z.string() });
const commentsSchema = z.object({ comments: z.array(z.object({ body: z.unknown() })) });
const statusSchema = z.object({
  fields: z.object({ status: z.object({ statusCategory: z.object({ key: z.string() }) }) }),
});
const transitionsSchema = z.object({
  transitions: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      to: z.object({ statusCategory: z.object({ key: z.string() }).optional() }).optional(),
    }),
  ),
});

/** Where and as whom. */
export interface JiraAccess {
  readonly url: string;
  readonly deployment: 'cloud' | 'data-center';
  readonly email?: string | undefined;
  readonly token: string;
  readonly privateAddress: boolean;
}

/** Makes {@link JiraCalls} for each attempt. */
export class JiraClient {
  readonly #access: JiraAccess;
  readonly #environment: ChannelEnvironment;

  constructor(access: JiraAccess, environment: ChannelEnvironment) {
    this.#access = access;
    this.#environment = environment;
  }

  /** The calls of one attempt. */
  within(signal: AbortSignal): JiraCalls {
    return new JiraCalls(this.#access, this.#environment, signal);
  }
}

class JiraCalls {
  readonly #access: JiraAccess;
  readonly #environment: ChannelEnvironment;
  readonly #signal: AbortSignal;

  constructor(access: JiraAccess, environment: ChannelEnvironment, signal: AbortSignal) {
    this.#access = access;
    this.#environment = environment;
    this.#signal = signal;
  }

  /** The issue with a label. */
  async findIssue(project: string, label: string): Promise<string | SendResult | undefined> {
    const path = this.#access.deployment === 'cloud' ? 'search/jql' : 'search';
    const jql = `project = "${project}" AND labels = "${label}" ORDER BY created ASC`;
    const query = new URLSearchParams({ jql, maxResults: '1', fields: 'status' });
    const answer = await this.#call('GET', `${path}?${query}`);
    const found = read(answer, issuesSchema);
    return found ? found.issues[0]?.key : this.#failure(answer);
  }

  async createIssue(fields: unknown): Promise<SendResult> {
    let answer: OutboundAnswer;
    try {
      answer = await this.#call('POST', 'issue', { fields });
    } catch (error) {
      const failure = resultOfFailure(error);
      return failure.outcome === 'retry' ? { ...failure, afterMs: INDEX_LAG_MS } : failure;
    }
    const made = read(answer, createdSchema);
    if (!made) {
      const failure = this.#failure(answer);
      const isUnclear = failure.outcome === 'retry' && answer.status !== 429;
      return isUnclear
        ? { ...failure, afterMs: Math.max(failure.afterMs ?? 0, INDEX_LAG_MS) }
        : failure;
    }
    return { outcome: 'sent', note: `opened ${made.key}`, memory: { issue: made.key } };
  }

  async hasComment(issue: string, key: string): Promise<boolean | SendResult> {
    const answer = await this.#call(
      'GET',
      `issue/${issue}/comment?orderBy=-created&maxResults=100`,
    );
    const found = read(answer, commentsSchema);
    if (!found) return this.#failure(answer);
    return found.comments.some(({ body }) => typeof body === 'string' && body.includes(key));
  }

  async comment(issue: string, body: string): Promise<SendResult> {
    const answer = await this.#call('POST', `issue/${issue}/comment`, { body });
    const result = resultOf(answer, this.#environment.clock);
    return result.outcome === 'sent' ? { outcome: 'sent', note: `commented on ${issue}` } : result;
  }

  /** Takes the transition to "done", unless the issue is there already. */
  async finish(issue: string, wanted: string | undefined): Promise<SendResult> {
    const statusAnswer = await this.#call('GET', `issue/${issue}?fields=status`);
    const status = read(statusAnswer, statusSchema);
    if (!status) return this.#failure(statusAnswer);
    if (status.fields.status.statusCategory.key === 'done') {
      return { outcome: 'sent', note: `${issue} is done` };
    }
    const listAnswer = await this.#call('GET', `issue/${issue}/transitions`);
    const list = read(listAnswer, transitionsSchema);
    if (!list) return this.#failure(listAnswer);
    const transition = list.transitions.find(({ name, to }) =>
      wanted ? name.toLowerCase() === wanted.toLowerCase() : to?.statusCategory?.key === 'done',
    );
    if (!transition) {
      const names = list.transitions.map(({ name }) => name).join(', ');
      return { outcome: 'refused', note: `${issue} has no such transition; it has ${names}` };
    }
    const answer = await this.#call('POST', `issue/${issue}/transitions`, {
      transition: { id: transition.id },
    });
    const result = resultOf(answer, this.#environment.clock);
    return result.outcome === 'sent'
      ? { outcome: 'sent', note: `${issue}: ${transition.name}` }
      : result;
  }

  async #call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<OutboundAnswer> {
    const { url, deployment, email, token, privateAddress } = this.#access;
    const authorization =
      deployment === 'cloud'
        ? `Basic ${Buffer.from(`${email ?? ''}:${token}`).toString('base64')}`
        : `Bearer ${token}`;
    return await this.#environment.request({
      method,
      url: new URL(`rest/api/2/${path}`, url.replace(/\/?$/, '/')).href,
      allowPrivate: privateAddress,
      signal: this.#signal,
      headers: {
        authorization,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** An answer that is not what was asked for. */
  #failure(answer: OutboundAnswer): Exclude<SendResult, { outcome: 'sent' }> {
    const result = resultOf(answer, this.#environment.clock);
    return result.outcome === 'sent'
      ? { outcome: 'retry', note: 'the answer is not Jira’s' }
      : result;
  }
}

function read<S extends z.ZodType>(answer: OutboundAnswer, schema: S): z.output<S> | undefined {
  if (answer.status < 200 || answer.status >= 300) return undefined;
  try {
    return schema.safeParse(JSON.parse(answer.text)).data;
  } catch {
    return undefined;
  }
}
