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
import type { Parts } from './parts.ts';

/** Tries to write an outcome; then the lease ends, and the delivery is attempted again. */
const WRITES_MAX = 5;
const WRITE_PAUSE_MS = 500;

/** What became of a delivery, and for how long its channel wants to be left alone. */
export interface Attempted {
  readonly delivery: Versioned<Delivery>;
  readonly pauseMs?: number;
}

/** Attempts deliveries. */
export class Attempts {
  readonly #parts: Parts;
  readonly #channels: OpenChannels;

  constructor(parts: Parts, channels: OpenChannels) {
    this.#parts = parts;
    this.#channels = channels;
  }

  /** Undefined where somebody else has it. @throws AppError of the store */
  async attempt(waiting: Versioned<Delivery>): Promise<Attempted | undefined> {
    const claimed = await this.#claim(waiting);
    if (!claimed) return undefined;
    const { clock } = this.#parts.context;
    const startedMs = clock.now();
    const result = await this.#send(waiting.document);
    const { document } = claimed;
    const kind = document.channelKind ?? 'unknown';
    this.#parts.attempts.inc({ kind, outcome: result.outcome });
    const wanted = this.#after(document, result, clock.now() - startedMs);
    const delivery = await this.#note(wanted, claimed.version);
    if (!delivery) return undefined;
    if (delivery.document.state === 'dead') this.#tellDead(delivery.document, result.note);
    if (result.outcome !== 'retry' || !result.pausesChannel) return { delivery };
    return { delivery, pauseMs: delivery.document.nextMs - clock.now() };
  }

  async #claim({
    document,
    version,
  }: Versioned<Delivery>): Promise<Versioned<Delivery> | undefined> {
    const { clock, instance } = this.#parts.context;
    const atMs = clock.now();
    try {
      return await this.#parts.model.deliveries.replace(
        {
          ...document,
          attempts: [...document.attempts, { atMs }].slice(-DELIVERY_ATTEMPTS_KEPT),
          attemptCount: document.attemptCount + 1,
          owner: instance,
          leaseUntilMs: atMs + ATTEMPT_LEASE_MS,
        },
        version,
      );
    } catch (error) {
      if (error instanceof AppError && error.code === 'conflict') return undefined;
      throw error;
    }
  }

  async #send(document: Delivery): Promise<SendResult> {
    const { model } = this.#parts;
    const stored = await model.notifications.get(document.message);
    if (!stored) {
      // Where its writer died in between, the message is still in the queue, and stored when it comes again.
      const isNew = document.attemptCount < MESSAGE_MISSING_ATTEMPTS_MAX;
      if (isNew) return { outcome: 'retry', note: 'its message is not stored yet' };
      return { outcome: 'refused', note: 'its message is not kept any more' };
    }
    const device = document.device && (await model.devices.get(document.device))?.document;
    if (document.device && !device)
      return { outcome: 'gone', note: 'the device is not registered' };
    try {
      const channel = await this.#channels.open(document.channelId, document.channel);
      if (typeof channel === 'string') return { outcome: 'refused', note: channel };
      return await sendWithin(channel, {
        notification: notificationOf(this.#parts, stored.document.message, document),
        device: device || undefined,
        memory: await this.#memoryOf(document),
        // What was answered is known; only an attempt without an outcome may have arrived unseen.
        isFirst: document.attempts.every(({ outcome }) => outcome === 'refused'),
      });
    } catch (error) {
      return resultOfFailure(error);
    }
  }

  /** What the thread's earlier deliveries left. */
  async #memoryOf({ thread, id }: Delivery): Promise<Record<string, string>> {
    const earlier = await this.#parts.model.deliveries.find({ thread });
    // Newest first, so that older ones win: they are the beginning of the thread.
    return Object.assign(
      {},
      ...earlier
        .filter(({ document }) => document.id !== id)
        .map(({ document }) => document.memory),
    );
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

  /** Writes an outcome, more than once if it must be: what was sent shall not be sent again. */
  async #note(document: Delivery, version: number): Promise<Versioned<Delivery> | undefined> {
    const { model, context } = this.#parts;
    const last = document.attempts.at(-1)?.outcome;
    if (last === 'gone' && document.device) await model.devices.delete(document.device);
    for (let tries = 1; ; tries += 1) {
      try {
        return await model.deliveries.replace(document, version);
      } catch (thrown) {
        const error = toAppError(thrown);
        if (error.code === 'conflict') return undefined;
        if (!error.retryable || tries >= WRITES_MAX) throw error;
        await new Promise<void>((resolve) => context.clock.after(WRITE_PAUSE_MS, resolve));
      }
    }
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
