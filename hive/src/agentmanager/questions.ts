/** Asks Bees what people want to know about their hosts, and hands the answers on; nothing is stored. */
import type { Delivery } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import { QUESTION_WAIT_MS, QUESTIONS_WAITING_MAX } from '@apiary/common/limits/host-view.ts';
import { type Agent, severalAgents } from '@apiary/common/messages/agent.ts';
import type { AgentAnswer } from '@apiary/common/messages/control.ts';
import type { Answer, Question } from '@apiary/common/messages/host-view.ts';
import { newId } from '@apiary/common/random.ts';
import type { Parts } from './parts.ts';
import { findAgents } from './registry.ts';
import { verifyApproved } from './reports.ts';

interface Waiting {
  readonly agent: string;
  readonly resolve: (answer: Answer | undefined) => void;
}

/** See the file's head. */
export class Questions {
  readonly #parts: Parts;
  /** Request id → who waits. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Asks one agent, by id or name, and waits QUESTION_WAIT_MS at most.
   *
   * @throws AppError `not-found`, `conflict` for a name that several have, `agent-not-approved`,
   * `deadline-passed` for one that does not answer, or what the Bee refuses with
   */
  async ask<K extends Question['kind']>(
    word: string,
    question: Extract<Question, { kind: K }>,
  ): Promise<Extract<Answer, { kind: K }>> {
    if (this.#waiting.size >= QUESTIONS_WAITING_MAX) {
      throw new AppError('too-many', `${QUESTIONS_WAITING_MAX} questions wait for Bees already`);
    }
    const agent = await this.#find(word);
    const answer = await this.#send(agent, question);
    if (!answer) {
      const seconds = QUESTION_WAIT_MS / 1000;
      throw new AppError(
        'deadline-passed',
        `${agent.name} has not answered within ${seconds} s: it may be away, or of an older version`,
      );
    }
    if (answer.kind === 'refused') throw new AppError(answer.code, answer.reason);
    if (answer.kind !== question.kind) {
      throw new AppError('message-invalid', `${agent.name} answered another question`);
    }
    // Both are of the kind K now.
    return answer as Extract<Answer, { kind: K }>;
  }

  /**
   * Takes a Bee's answer.
   *
   * @returns what became of it, for the counter
   * @throws AppError `signature-invalid`, `agent-not-approved`, or as the store
   */
  async receive({ agent, request, answer }: AgentAnswer, delivery: Delivery): Promise<string> {
    await verifyApproved(this.#parts.model, agent, delivery);
    const waiting = this.#waiting.get(request);
    if (waiting?.agent !== agent) return 'late';
    waiting.resolve(answer);
    return 'answered';
  }

  async #find(word: string): Promise<Agent> {
    const named = (await findAgents(this.#parts, [word])).get(word) ?? [];
    const [agent] = named;
    if (!agent) throw new AppError('not-found', `there is no agent ${word}`);
    if (named.length > 1) throw severalAgents(word, named);
    if (agent.approval === 'approved') return agent;
    throw new AppError(
      'agent-not-approved',
      `${agent.name} is ${agent.approval}: approve it first`,
    );
  }

  async #send(agent: Agent, question: Question): Promise<Answer | undefined> {
    const { model, commands, context } = this.#parts;
    const session = (await model.sessions.get(agent.id))?.document;
    const request = newId();
    let cancel = () => {};
    const answered = new Promise<Answer | undefined>((resolve) => {
      this.#waiting.set(request, { agent: agent.id, resolve });
      cancel = context.clock.after(QUESTION_WAIT_MS, () => resolve(undefined));
    });
    try {
      const message = { type: 'ask', version: 1, request, question } as const;
      const sent = session ? await commands.sendTo(session.commandQueue, message) : 'offline';
      if (sent === 'sent') return await answered;
      throw new AppError('deadline-passed', `${agent.name} is not connected`);
    } finally {
      cancel();
      this.#waiting.delete(request);
    }
  }
}
