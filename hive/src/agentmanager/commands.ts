import type { ComponentContext } from '@apiary/common/component.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import {
  COMMAND_SEND_MS,
  COMMANDS_AT_ONCE_MAX,
  HEARTBEAT_INTERVAL_MS,
} from '@apiary/common/limits.ts';
import type { Agent, Target, TargetSpec } from '@apiary/common/messages/agent.ts';
import type { ToAgent, Welcome } from '@apiary/common/messages/control.ts';
import { newId } from '@apiary/common/random.ts';
import { forEachAtOnce } from './at-once.ts';
import type { Model } from './model.ts';

/** What became of a command: the broker has it in the Bee's queue, or there is no such queue. */
export type Sent = 'sent' | 'offline';

/** Sends commands to the Bees' own queues, and knows which of them wait for an answer. */
export class Commands {
  readonly #context: ComponentContext;
  readonly #model: Model;
  /** Commands on their way; each is bounded by COMMAND_SEND_MS. */
  readonly #sending = new Set<AbortController>();
  /** Request id → called at its answer. Bounded by the agents of the calls that wait. */
  readonly #waiting = new Map<string, () => void>();

  constructor(context: ComponentContext, model: Model) {
    this.#context = context;
    this.#model = model;
  }

  /** Gives up what has not reached the broker yet, and waits for no answer any longer. */
  stop(): void {
    const reason = new AppError('bus-closed', 'agentmanager stops');
    for (const sending of this.#sending) sending.abort(reason);
    for (const request of [...this.#waiting.keys()]) this.forget(request);
  }

  /** Publishes to a Bee's queue. A queue that is gone is no error: the Bee will greet again. */
  async sendTo(queue: string, message: ToAgent): Promise<Sent> {
    const sending = new AbortController();
    this.#sending.add(sending);
    const cancel = this.#context.clock.after(COMMAND_SEND_MS, () => sending.abort());
    try {
      await this.#context.bus.publish(
        {
          exchange: '',
          routingKey: queue,
          type: message.type,
          body: Buffer.from(JSON.stringify(message)),
          persistent: false,
        },
        sending.signal,
      );
      return 'sent';
    } catch (error) {
      const isGone = error instanceof AppError && error.code === 'unroutable';
      if (!isGone) {
        this.#context.log.warn({ queue, type: message.type, err: error }, 'command-not-sent');
      }
      return 'offline';
    } finally {
      cancel();
      this.#sending.delete(sending);
    }
  }

  /** Tells an agent what was decided about it and, if approved, all that it shall watch. */
  async welcome(agent: Agent, queue: string): Promise<Sent> {
    const targets = agent.approval === 'approved' ? await this.#desiredTargets(agent.id) : [];
    return await this.sendTo(queue, makeWelcome(agent.approval, targets));
  }

  /** The same at once for agents that are connected, as far as is known. */
  async welcomeAll(agents: readonly Agent[]): Promise<void> {
    await forEachAtOnce(agents, COMMANDS_AT_ONCE_MAX, async (agent) => {
      const session = await this.#model.sessions.get(agent.id);
      if (session) await this.welcome(agent, session.document.commandQueue);
    });
  }

  async #desiredTargets(agent: string): Promise<Target[]> {
    const targets: Target[] = [];
    for await (const { document } of eachDocument(this.#model.targets, { agent })) {
      targets.push(document);
    }
    return targets;
  }

  /**
   * Sends the full desired state. `answered` settles when the Bee reports on it, or with
   * {@link Commands.forget}.
   */
  async setTargets(
    agent: string,
    targets: readonly TargetSpec[],
  ): Promise<{ sent: Sent; request: string; answered: Promise<void> }> {
    const request = newId();
    const session = await this.#model.sessions.get(agent);
    if (!session) return { sent: 'offline', request, answered: Promise.resolve() };
    const answered = new Promise<void>((resolve) => this.#waiting.set(request, resolve));
    const sent = await this.sendTo(session.document.commandQueue, {
      type: 'set-targets',
      version: 1,
      request,
      targets: targets.map(specOf),
    });
    if (sent === 'offline') this.forget(request);
    return { sent, request, answered };
  }

  /** A Bee has answered this request; its reports are stored. */
  answered(request: string): void {
    this.forget(request);
  }

  /** Waits for that request no longer. */
  forget(request: string): void {
    this.#waiting.get(request)?.();
    this.#waiting.delete(request);
  }
}

/** The answer to a handshake. */
export function makeWelcome(
  approval: Welcome['approval'],
  targets: readonly TargetSpec[],
  reason?: string,
): Welcome {
  return {
    type: 'welcome',
    version: 1,
    approval,
    ...(reason === undefined ? {} : { reason }),
    heartbeatMs: HEARTBEAT_INTERVAL_MS,
    targets: targets.map(specOf),
  };
}

function specOf({ id, url, tags, history }: TargetSpec): TargetSpec {
  return { id, url, tags, history };
}
