/**
 * The state document of one rule in the hands of its owner. Written by compare-and-set: who lost the rule
 * finds out at the next write, before anything of it is told.
 */

import type { Versioned } from '@apiary/common/documents/documents.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { RULE_LEASE_MS, RULE_MARKS_MAX } from '@apiary/common/limits/alerts.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import type { Event } from './judge.ts';
import type { RuleState } from './model.ts';
import { Outbox } from './outbox.ts';
import type { Parts } from './parts.ts';

/** What a runner keeps. */
export interface Progress extends Pick<RuleState, 'cursors'> {
  readonly alerts: readonly RuleState['alerts'][number][];
  readonly ended: readonly string[];
  readonly memory: readonly string[];
  readonly watermarkMs: number;
  readonly horizonMs: number;
  /** The rule ends: nothing waits to be told with others any more. */
  readonly isLast: boolean;
}

/** See the file's head. */
export class RuleLease {
  readonly #parts: Parts;
  readonly #outbox: Outbox;
  #stored: Versioned<RuleState>;

  constructor(parts: Parts, stored: Versioned<RuleState>) {
    this.#parts = parts;
    this.#stored = stored;
    this.#outbox = new Outbox(parts, stored.document.outbox, stored.document.bundling);
  }

  get state(): RuleState {
    return this.#stored.document;
  }

  /** When something that waits to be told with others has to be written and told. */
  get dueMs(): number | undefined {
    return this.#outbox.dueMs;
  }

  /**
   * Writes progress and what happened, then tells it. True when the rule was lost.
   *
   * @throws AppError when the store cannot be written; nothing was told then, and what happened is kept
   * for the next write
   */
  async write(rule: Rule, events: readonly Event[], progress: Progress): Promise<boolean> {
    const batch = await this.#outbox.compose(rule, events, progress.isLast);
    const wasWaiting = this.#outbox.messages.length > 0;
    try {
      await this.#replace(progress);
      const isEmpty = await this.#outbox.send(batch);
      // Else whoever comes after a crash would hand them over again.
      if (wasWaiting && isEmpty) await this.#replace(progress);
      return false;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
      this.#parts.figures.lost.inc();
      this.#parts.context.log.warn({ rule: rule.id }, 'rule.lost');
      return true;
    }
  }

  /** Gives the rule free for anybody. */
  async release(): Promise<void> {
    const { states } = this.#parts.model;
    const free = { ...this.state, owner: '', leaseUntilMs: 0 };
    try {
      this.#stored = await states.replace(free, this.#stored.version);
    } catch (error) {
      // Its lease ends by itself.
      this.#parts.context.log.debug({ code: toAppError(error).code }, 'rule.not-released');
    }
  }

  /** Deletes the state: the rule is gone or is judged anew. */
  async forget(): Promise<void> {
    await this.#parts.model.states.delete(this.state.id);
  }

  async #replace(progress: Progress): Promise<void> {
    const { clock } = this.#parts.context;
    const { cursors, alerts, ended, memory } = progress;
    const next: RuleState = {
      ...this.state,
      leaseUntilMs: clock.now() + RULE_LEASE_MS,
      cursors,
      marks: marksOf(this.state.marks, progress),
      alerts: [...alerts],
      ended: [...ended],
      outbox: this.#outbox.messages,
      bundling: this.#outbox.bundling,
      memory: [...memory],
    };
    this.#stored = await this.#parts.model.states.replace(next, this.#stored.version);
  }
}

/** Points no closer than a share of the horizon; the first one is the last that lies behind it. */
function marksOf(marks: RuleState['marks'], progress: Progress): RuleState['marks'] {
  const { cursors, watermarkMs, horizonMs } = progress;
  if (!cursors.query) return marks;
  const stepMs = (2 * horizonMs) / RULE_MARKS_MAX;
  const last = marks.at(-1);
  const isDue = !last || watermarkMs - last.atMs >= stepMs;
  const sequences = cursors.query.cursors.map(({ sequence }) => sequence);
  const all = isDue ? [...marks, { sequences, atMs: watermarkMs }] : marks;
  const behind = all.findLastIndex(({ atMs }) => atMs <= watermarkMs - horizonMs);
  return all.slice(Math.max(0, behind)).slice(-RULE_MARKS_MAX);
}
