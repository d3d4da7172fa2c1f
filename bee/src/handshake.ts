/**
 * Introduces the Bee at every (re)connection, and again until the Hive has answered; a Bee that waits for
 * approval repeats it rarely, an approved one more rarely still, so that whatever was lost heals.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { AgentFacts } from '@apiary/common/messages/agent.ts';
import type { Handshake, Welcome } from '@apiary/common/messages/control.ts';
import type { Identity } from './identity.ts';

/** After a handshake that found no queue: the Hive is on its way up, or down for longer. */
const REFUSED_MS_MIN = 200;
const ANSWER_MS_MIN = 2_000;
const ANSWER_MS_MAX = 60_000;
const REPEAT_WAITING_MS = 60_000;
const REPEAT_APPROVED_MS = 300_000;

/** What a handshaker is given. */
export interface HandshakerOptions {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Logger;
  readonly facts: () => AgentFacts;
  readonly send: (handshake: Handshake) => Promise<void>;
}

/** See the file's head. */
export class Handshaker {
  readonly #options: HandshakerOptions;
  #queue: string | undefined;
  #sentMs = 0;
  #answerMs = ANSWER_MS_MIN;
  #refusedMs = REFUSED_MS_MIN;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(options: HandshakerOptions) {
    this.#options = options;
  }

  /** A command queue is ready: the one before is gone with its connection. */
  connected(queue: string): void {
    this.#queue = queue;
    this.#answerMs = ANSWER_MS_MIN;
    this.#refusedMs = REFUSED_MS_MIN;
    this.#shake();
  }

  /** The Hive has answered. */
  answered(approval: Welcome['approval']): void {
    this.#answerMs = ANSWER_MS_MIN;
    this.#again(approval === 'approved' ? REPEAT_APPROVED_MS : REPEAT_WAITING_MS);
  }

  /** Says nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #again(delayMs: number): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(delayMs, () => this.#shake());
  }

  #shake(): void {
    if (this.#stopped || this.#queue === undefined) return;
    const { identity, clock, log, facts, send } = this.#options;
    // The Hive ignores what is older than what it saw: a clock that was set back must not make us old.
    this.#sentMs = Math.max(this.#sentMs + 1, clock.now());
    this.#again(this.#answerMs);
    this.#answerMs = Math.min(2 * this.#answerMs, ANSWER_MS_MAX);
    send({
      type: 'handshake',
      version: 1,
      agent: identity.id,
      publicKey: identity.keys.publicKey.toString('base64'),
      commandQueue: this.#queue,
      sentMs: this.#sentMs,
      facts: facts(),
    }).catch((error: unknown) => {
      log.warn({ code: toAppError(error).code }, 'handshake.failed');
      this.#again(this.#refusedMs);
      this.#refusedMs = Math.min(2 * this.#refusedMs, ANSWER_MS_MAX);
    });
  }
}
