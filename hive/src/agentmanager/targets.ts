/** Adding and removing targets in bulk, with one labelled result for each agent × target. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import {
  COMMANDS_AT_ONCE_MAX,
  TARGET_REPORTS_WAIT_MS,
  TARGET_RESULTS_MAX,
} from '@apiary/common/limits.ts';
import type { TargetResult } from '@apiary/common/messages/actions/agentmanager.ts';
import type { Target } from '@apiary/common/messages/agent.ts';
import { forEachAtOnce, KeyedQueue } from './at-once.ts';
import { emitEvent, type Parts } from './parts.ts';
import { type AgentSelection, selectApproved } from './selection.ts';
import {
  type AgentChange,
  deleteTargets,
  storeTargets,
  targetsByAgent,
  wrongUrls,
} from './target-changes.ts';

/** What a bulk of new targets is. */
export interface TargetsToAdd {
  readonly agents: AgentSelection;
  readonly urls: readonly string[];
  readonly tags: readonly string[];
  readonly history: boolean;
}

/** What became of the full desired state of one agent. */
type Arrival = 'answered' | 'silent' | 'offline';

/** Changes the desired state of agents and waits, a bounded time, for what they make of it. */
export class Targets {
  readonly #parts: Parts;
  /** One change of the store at a time, so that the same URL is never stored twice. */
  readonly #store = new KeyedQueue();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Stores, sends, waits. Never rejects because of one agent or one URL: that is its result.
   *
   * @throws AppError `too-large` before anything is stored, for more than TARGET_RESULTS_MAX results
   */
  async add(wanted: TargetsToAdd, actor: Actor): Promise<TargetResult[]> {
    const urls = [...new Set(wanted.urls)];
    const wrong = wrongUrls(urls);
    const { agents, refused } = await selectApproved(this.#parts, wanted.agents);
    if ((agents.length + refused.length) * urls.length > TARGET_RESULTS_MAX) {
      const message = `agents × targets are at most ${TARGET_RESULTS_MAX} in one request: split it`;
      throw new AppError('too-large', message);
    }
    const right = urls.filter((url) => !wrong.has(url));
    const tags = [...new Set(wanted.tags)];
    const changes = await this.#store.run('targets', () =>
      storeTargets(this.#parts, agents, {
        urls: right,
        tags,
        history: wanted.history,
        createdBy: actor.name,
      }),
    );
    const results: TargetResult[] = refused.flatMap(({ word, reason }) =>
      urls.map((url) => failure({ agent: word, name: word, url }, reason)),
    );
    for (const { agent, failed } of changes) {
      const who = { agent: agent.id, name: agent.name };
      for (const [url, reason] of wrong) results.push(failure({ ...who, url }, reason));
      for (const { url, reason } of failed) results.push(failure({ ...who, url }, reason));
    }
    const arrivals = await this.#send(changes.filter(({ touched }) => touched.length > 0));
    return [...results, ...(await this.#outcomes(changes, arrivals))];
  }

  /** Deletes, sends, waits. A target that an agent cannot be told of now is removed all the same. */
  async remove(ids: readonly string[]): Promise<TargetResult[]> {
    const changes = await this.#store.run('targets', () => deleteTargets(this.#parts, ids));
    for (const { id, agent } of changes.flatMap(({ touched }) => touched)) {
      const atMs = this.#parts.context.clock.now();
      emitEvent(this.#parts, 'target.changed', { agent, target: id, state: 'removed', atMs });
    }
    const arrivals = await this.#send(changes);
    const results = changes.flatMap(({ agent, touched }) =>
      touched.map((target): TargetResult => {
        const isTold = arrivals.get(agent.id) === 'answered';
        const reason = isTold ? {} : { reason: this.#whyWaiting(agent.id, arrivals) };
        return { ...label(agent.name, target), ok: true, state: 'removed', ...reason };
      }),
    );
    const removed = new Set(results.map(({ target }) => target));
    const missing = [...new Set(ids)].filter((id) => !removed.has(id));
    return [
      ...results,
      ...missing.map((target) => ({
        ...failure({ agent: '', name: '', url: '' }, `there is no target ${target}`),
        target,
      })),
    ];
  }

  /** Sends to all agents side by side and waits for all their answers together. */
  async #send(changes: readonly AgentChange[]): Promise<Map<string, Arrival>> {
    const arrivals = new Map<string, Arrival>();
    const answers: Promise<void>[] = [];
    const requests: string[] = [];
    const { commands, context, liveness } = this.#parts;
    await forEachAtOnce(changes, COMMANDS_AT_ONCE_MAX, async ({ agent, desired }) => {
      const { sent, request, answered } = await commands.setTargets(agent.id, desired);
      arrivals.set(agent.id, sent === 'sent' ? 'silent' : 'offline');
      if (sent === 'offline') return;
      requests.push(request);
      const noted = answered.then(() => {
        arrivals.set(agent.id, 'answered');
      });
      // A dead one may still listen, but nobody waits for it.
      if (liveness.get(agent.id)?.state !== 'dead') answers.push(noted);
    });
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = context.clock.after(TARGET_REPORTS_WAIT_MS, resolve);
    });
    await Promise.race([Promise.all(answers), late]);
    cancel();
    const settled = new Map(arrivals);
    for (const request of requests) commands.forget(request);
    return settled;
  }

  /** The states as stored once the answers are in. */
  async #outcomes(
    changes: readonly AgentChange[],
    arrivals: ReadonlyMap<string, Arrival>,
  ): Promise<TargetResult[]> {
    const ids = changes.map(({ agent }) => agent.id);
    const stored = await targetsByAgent(this.#parts, ids);
    return changes.flatMap(({ agent, touched }) => {
      const now = new Map((stored.get(agent.id) ?? []).map((target) => [target.id, target]));
      return touched.map((target): TargetResult => {
        const labels = label(agent.name, target);
        const current = now.get(target.id);
        if (!current) return failure(labels, 'it was removed meanwhile');
        const { state, reason } = current.status;
        if (arrivals.get(agent.id) !== 'answered') {
          const why = this.#whyWaiting(agent.id, arrivals);
          return { ...labels, ok: true, state: 'waiting', reason: why };
        }
        return { ...labels, ok: state !== 'failed', state, ...(reason ? { reason } : {}) };
      });
    });
  }

  #whyWaiting(agent: string, arrivals: ReadonlyMap<string, Arrival>): string {
    const life = this.#parts.liveness.get(agent);
    const later = 'it gets its targets when it is back';
    if (life?.state === 'dead')
      return `dead since ${new Date(life.sinceMs).toISOString()}; ${later}`;
    if (arrivals.get(agent) === 'offline') return `not connected; ${later}`;
    return `no answer within ${TARGET_REPORTS_WAIT_MS / 1000} s; its state follows`;
  }
}

function label(name: string, { agent, url, id }: Target) {
  return { agent, name, url, target: id };
}

function failure(
  labels: { agent: string; name: string; url: string; target?: string },
  reason: string,
): TargetResult {
  return { ...labels, ok: false, state: 'failed', reason };
}
