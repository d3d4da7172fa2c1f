/** Answers what people ask about the host, as far as its owner allows. */
import type { Clock } from '@apiary/common/clock.ts';
import { QUESTION_WAIT_MS, QUESTIONS_AT_ONCE_MAX } from '@apiary/common/limits/host-view.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { AgentAnswer, Ask } from '@apiary/common/messages/control.ts';
import type { Answer, Question } from '@apiary/common/messages/host-view.ts';
import { readFileEnd } from './host/file-end.ts';
import { listFolder } from './host/folder-listing.ts';
import { suggest } from './host/suggestions.ts';
import type { Allowance } from './inputs/file/open.ts';
import type { Ledger } from './ledger.ts';
import { wordsOf } from './system-error.ts';

/** What it is given. */
export interface QuestionsOptions {
  readonly agent: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly allowance: Allowance;
  readonly ledger: Ledger;
  /** URLs of the targets that are set. */
  readonly targets: () => readonly string[];
  /** Sends an answer that is worth nothing after `expirationMs`. */
  readonly send: (answer: AgentAnswer, expirationMs: number) => Promise<void>;
}

/** See the file's head. */
export class Questions {
  readonly #options: QuestionsOptions;
  #underWay = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** Answers one question. */
  async receive({ request, question }: Ask): Promise<void> {
    const { agent, send } = this.#options;
    const answer = await this.#answer(question);
    const message = { type: 'answer', version: 1, agent, request, answer } as const;
    await send(message, QUESTION_WAIT_MS);
  }

  async #answer(question: Question): Promise<Answer> {
    if (this.#underWay >= QUESTIONS_AT_ONCE_MAX) {
      const reason = `this Bee works on ${QUESTIONS_AT_ONCE_MAX} questions already`;
      return { kind: 'refused', code: 'too-many', reason };
    }
    this.#underWay++;
    try {
      return await this.#look(question);
    } catch (error) {
      this.#options.log.warn({ kind: question.kind, error: String(error) }, 'question.failed');
      return { kind: 'refused', code: 'internal', reason: wordsOf(error).slice(0, 1024) };
    } finally {
      this.#underWay--;
    }
  }

  async #look(question: Question): Promise<Answer> {
    const { allowance, ledger, targets, clock } = this.#options;
    const watched = new Set(ledger.entries().map(({ file }) => file));
    const isWatched = (path: string) => watched.has(path);
    switch (question.kind) {
      case 'folder':
        return listFolder(question.path, question.match, { allowance, isWatched });
      case 'file-end':
        return readFileEnd(question.path, question.bytes, allowance);
      case 'suggestions':
        return await suggest({ allowance, isWatched, targets: targets(), nowMs: clock.now() });
    }
  }
}
