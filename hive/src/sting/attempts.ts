/**
 * One attempt of a delivery: noted in the store before anything is sent, so that a process that dies in
 * between leaves a trace, and noted again with what came of it. Both are compare-and-set: of two instances one sends.
 */
import type { Versioned } from '@apiary/common/documents/documents.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
  ATTEMPT_LEASE_MS,
  DELIVERY_ATTEMPTS_KEPT,
  DELIVERY_ATTEMPTS_MAX,
  DELIVERY_NOTE_CHARS_MAX,
  MESSAGE_MISSING_ATTEMPTS_MAX,
} from '@apiary/common/limits/deliveries.ts';
import type { DeliveryAttempt } from '@apiary/common/messages/channel.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import { retryPauseMs } from './backoff.ts';
import { resultOfFailure } from './channels/answer.ts';
import type { SendResult } from './channels/channel.ts';
import { sendWithin } from './channels/send-within.ts';
import { cut, withoutControls } from './channels/text.ts';
import type { Delivery } from './model.ts';
import { notificationOf } from './notification.ts';
import type { OpenChannels } from './open-channels.ts';
import type { OutcomeJournal } from './outcome-journal.ts';
import type { Parts } from './parts.ts';

/** Between two tries to write to a store that does not answer; it doubles from the first to the second. */
const STORE_PAUSE_MS = 500;
const STORE_PAUSE_MS_MAX = 5_000;

/** What became of a delivery, and for how long its channel wants to be left alone. */
export interface Attempted {
  readonly delivery: Versioned<Delivery>;
  readonly pauseMs?: number;
}

/** Attempts deliveries. */
export class Attempts {
  readonly #parts: Parts;
  readonly #channels: OpenChannels;
  readonly #journal: OutcomeJournal;
  readonly #ending = new AbortController();

  constructor(parts: Parts, channels: OpenChannels, journal: OutcomeJournal) {
    this.#parts = parts;
    this.#channels = channels;
    this.#journal = journal;
  }

  /** Waits for no store any more: what is not written then is attempted again by the next instance. */
  stop(): void {
    this.#ending.abort();
  }

  /**
   * Undefined where somebody else has it. Where the store does not answer before anything was sent, the delivery
   * waits on as it was.
   *
   * @throws AppError of the store for which trying again cannot help
   */
  async attempt(waiting: Versioned<Delivery>): Promise<Attempted | undefined> {
    const { clock } = this.#parts.context;
    const claimed = await this.#claim(waiting);
    if (claimed === 'unknown') {
      const { document, version } = waiting;
      const nextMs = clock.now() + STORE_PAUSE_MS;
      return { delivery: { document: { ...document, nextMs }, version } };
    }
    if (!claimed) return undefined;
    const startedMs = clock.now();
    const result = await this.#send(waiting.document);
    const { document } = claimed;
    const kind = document.channelKind ?? 'unknown';
    this.#parts.attempts.inc({ kind, outcome: result.outcome });
    const wanted = this.#after(document, result, clock.now() - startedMs);
    this.#keep(wanted, claimed.version);
    const delivery = await this.#note(wanted, claimed.version);
    this.#journal.forget(wanted.id);
    if (!delivery) return undefined;
    if (delivery.document.state === 'dead') this.#tellDead(delivery.document, result.note);
    if (result.outcome !== 'retry' || !result.pausesChannel) return { delivery };
    return { delivery, pauseMs: delivery.document.nextMs - clock.now() };
  }

  /**
   * Writes what came of the attempts of a process that is gone.
   *
   * @throws AppError of the store
   */
  async takeOver(): Promise<void> {
    const { context, model } = this.#parts;
    await this.#journal.takeOver(async ({ outcome, version }) => {
      const stored = await model.deliveries.get(outcome.id);
      // Most were written while their process lived: a journal is emptied now and then.
      if (stored?.version !== version) return;
      const written = await this.#replace(outcome, version);
      if (written) context.log.info({ delivery: outcome.id }, 'delivery.outcome-taken-over');
    });
  }

  /** Without it a kill may have a delivery sent again, which is no reason not to go on. */
  #keep(outcome: Delivery, version: number): void {
    try {
      this.#journal.note(outcome, version);
    } catch (error) {
      this.#parts.context.log.warn(
        { delivery: outcome.id, err: error },
        'delivery.outcome-not-kept',
      );
    }
  }

  /** `unknown` where the store did not say. */
  async #claim({
    document,
    version,
  }: Versioned<Delivery>): Promise<Versioned<Delivery> | 'unknown' | undefined> {
    const { clock, instance } = this.#parts.context;
    const atMs = clock.now();
    const claim: Delivery = {
      ...document,
      attempts: [...document.attempts, { atMs }].slice(-DELIVERY_ATTEMPTS_KEPT),
      attemptCount: document.attemptCount + 1,
      owner: instance,
      leaseUntilMs: atMs + ATTEMPT_LEASE_MS,
    };
    try {
      return await this.#replace(claim, version);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!error.retryable) throw error;
      this.#parts.context.log.warn({ delivery: document.id, err: error }, 'delivery.not-claimed');
      return 'unknown';
    }
  }

  /**
   * Compare-and-set; undefined where somebody else was quicker. A write whose answer was lost is known
   * again.
   */
  async #replace(wanted: Delivery, version: number): Promise<Versioned<Delivery> | undefined> {
    const { deliveries } = this.#parts.model;
    try {
      return await deliveries.replace(wanted, version);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
      const stored = await deliveries.get(wanted.id);
      return stored && isSameAttempt(stored.document, wanted) ? stored : undefined;
    }
  }

  async #send(document: Delivery): Promise<SendResult> {
    try {
      return await this.#sendOnce(document);
    } catch (error) {
      return resultOfFailure(error);
    }
  }

  async #sendOnce(document: Delivery): Promise<SendResult> {
    const { model } = this.#parts;
    const [stored, thread] = await Promise.all([
      model.notifications.get(document.message),
      model.deliveries.find({ thread: document.thread }),
    ]);
    if (!stored) {
      // Where its writer died in between, the message is still in the queue, and stored when it comes again.
      const isNew = document.attemptCount < MESSAGE_MISSING_ATTEMPTS_MAX;
      if (isNew) return { outcome: 'retry', note: 'its message is not stored yet' };
      return { outcome: 'refused', note: 'its message is not kept any more' };
    }
    const others = thread.flatMap((each) =>
      each.document.id === document.id ? [] : each.document,
    );
    // Another instance may have it.
    if (others.some(({ state, atMs }) => state === 'waiting' && atMs < document.atMs)) {
      return { outcome: 'retry', note: 'an earlier message about this alert goes first' };
    }
    const device = document.device && (await model.devices.get(document.device))?.document;
    if (document.device && !device)
      return { outcome: 'gone', note: 'the device is not registered' };
    const channel = await this.#channels.open(document.channelId, document.channel);
    if (typeof channel === 'string') return { outcome: 'refused', note: channel };
    return await sendWithin(channel, {
      notification: notificationOf(this.#parts, stored.document.message, document),
      device: device || undefined,
      // Newest first, so that older ones win: they are the beginning of the thread.
      memory: Object.assign({}, ...others.map(({ memory }) => memory)),
      // What was answered is known; only an attempt without an outcome may have arrived unseen.
      isFirst: document.attempts.every(({ outcome }) => outcome === 'refused'),
    });
  }

  #after(document: Delivery, result: SendResult, tookMs: number): Delivery {
    const { clock } = this.#parts.context;
    const note = cut(withoutControls(result.note), DELIVERY_NOTE_CHARS_MAX);
    const attempts: DeliveryAttempt[] = document.attempts.slice(0, -1);
    const begun = document.attempts.at(-1) ?? { atMs: clock.now() };
    attempts.push({ ...begun, outcome: result.outcome, note, tookMs });
    const base = { ...document, attempts, owner: '', leaseUntilMs: 0 };
    if (result.outcome === 'sent') {
      return { ...base, state: 'delivered', memory: { ...result.memory } };
    }
    if (result.outcome === 'gone') return { ...base, state: 'dropped' };
    if (result.outcome === 'refused' || document.attemptCount >= DELIVERY_ATTEMPTS_MAX) {
      return { ...base, state: 'dead' };
    }
    const pauseMs = Math.max(
      retryPauseMs(document.attemptCount, this.#parts.random()),
      result.afterMs ?? 0,
    );
    return { ...base, nextMs: clock.now() + pauseMs };
  }

  /** Writes an outcome, however long the store is away: what was sent shall not be sent again. */
  async #note(document: Delivery, version: number): Promise<Versioned<Delivery> | undefined> {
    const { model, context } = this.#parts;
    const last = document.attempts.at(-1)?.outcome;
    for (let pauseMs = STORE_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, STORE_PAUSE_MS_MAX)) {
      try {
        if (last === 'gone' && document.device) await model.devices.delete(document.device);
        return await this.#replace(document, version);
      } catch (thrown) {
        const error = toAppError(thrown);
        if (!error.retryable || this.#ending.signal.aborted) throw error;
        context.log.warn({ delivery: document.id, err: error }, 'delivery.outcome-not-written');
        await this.#pause(pauseMs);
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    const { clock } = this.#parts.context;
    const { signal } = this.#ending;
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = clock.after(ms, end);
      signal.addEventListener('abort', end);
    });
  }

  #tellDead({ id, channel, ruleName }: Delivery, reason: string): void {
    const { log, bus, clock } = this.#parts.context;
    log.warn({ delivery: id, channel, reason }, 'delivery.dead');
    const event: EventBody<'delivery.dead'> = {
      delivery: id,
      channel,
      rule: ruleName,
      reason: cut(reason, DELIVERY_NOTE_CHARS_MAX),
      atMs: clock.now(),
    };
    bus.events.emit('delivery.dead', event);
  }
}

/** Each claim counts one attempt more, so the same count in the same hands is the same attempt. */
function isSameAttempt(stored: Delivery, wanted: Delivery): boolean {
  return (
    stored.attemptCount === wanted.attemptCount &&
    stored.owner === wanted.owner &&
    stored.attempts.at(-1)?.outcome === wanted.attempts.at(-1)?.outcome
  );
}
