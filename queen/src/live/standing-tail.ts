/**
 * One standing query that Queen keeps for its tails: registers and renews it, listens to its
 * results, and fills gaps. A gap shows by the messages' own numbers (a listener's queue that
 * overflowed, a connection that was cut); what lies in it is fetched from honeycomb, or counted
 * as missed.
 */
import type { Actor, Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import {
  STANDING_LEASE_MS,
  TAIL_FILL_RECORDS_MAX,
  TAIL_INSTANCES_MAX,
} from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { type LiveMessage, liveMessageSchema } from '@apiary/common/messages/live.ts';
import type { LogRecord } from '@apiary/common/record.ts';

/** Who follows a query. */
export interface TailListener {
  /** Records as they were committed; `omitted` more matched and were too many to send. */
  matched(records: readonly LogRecord[], omitted: number): void;
  /** At least so many records will not come. */
  missed(count: number): void;
}

/** What a standing tail is made of. */
export interface StandingTailOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  /** The id to register under, of this process alone. */
  readonly id: string;
  readonly query: string;
  readonly actor: Actor;
}

/**
 * How far an instance was followed; `isHeard` once a message came, before that it is where it
 * began.
 */
interface Position {
  readonly epoch: number;
  readonly sequence: number;
  readonly isHeard: boolean;
}

/** See the file's head. */
export class StandingTail {
  readonly listeners = new Set<TailListener>();
  readonly #options: StandingTailOptions;
  readonly #positions = new Map<string, Position>();
  readonly #closed = new AbortController();
  #subscription: Subscription | undefined;
  #cancelTimer: (() => void) | undefined;
  #stopStateListener: (() => void) | undefined;
  #isRenewing = false;
  #hasFailed = false;

  constructor(options: StandingTailOptions) {
    this.#options = options;
  }

  /** Resolves when lines committed from now on will arrive. @throws AppError `query-syntax`, … */
  async open(): Promise<void> {
    const { bus, id } = this.#options;
    await this.#stand();
    this.#subscription = await bus.live.listen(id, (body) => this.#receive(body));
    if (this.#closed.signal.aborted) {
      await this.#subscription.cancel();
      return;
    }
    this.#stopStateListener = bus.onState((state) => {
      if (state === 'connected') void this.#renew();
    });
    this.#scheduleRenewal();
  }

  /** Stops listening and takes the query back. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#cancelTimer?.();
    this.#stopStateListener?.();
    const { bus, id, actor, log } = this.#options;
    try {
      await this.#subscription?.cancel();
      await callAction(bus, honeycombActions.unstand, { id }, { actor });
    } catch (error) {
      // Its lease ends by itself.
      log.debug({ id, err: error }, 'tail.unstand-failed');
    }
  }

  async #stand(): Promise<void> {
    const { bus, id, query, actor } = this.#options;
    const { positions } = await callAction(
      bus,
      honeycombActions.stand,
      { id, query, leaseMs: STANDING_LEASE_MS },
      { actor },
    );
    for (const { instance, epoch, sequence } of positions) {
      const known = this.#positions.get(instance);
      if (known?.epoch !== epoch)
        this.#positions.set(instance, { epoch, sequence, isHeard: false });
    }
  }

  #scheduleRenewal(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(STANDING_LEASE_MS / 3, () => void this.#renew());
  }

  /**
   * After a failure the exchange may have gone with the lease, so listening begins anew as well.
   */
  async #renew(): Promise<void> {
    const { bus, id, log } = this.#options;
    if (this.#isRenewing || this.#closed.signal.aborted) return;
    this.#isRenewing = true;
    try {
      await this.#stand();
      if (this.#hasFailed) {
        const earlier = this.#subscription;
        this.#subscription = await bus.live.listen(id, (body) => this.#receive(body));
        await earlier?.cancel();
        if (this.#closed.signal.aborted) await this.#subscription.cancel();
      }
      this.#hasFailed = false;
    } catch (error) {
      this.#hasFailed = true;
      log.warn({ id, code: toAppError(error).code }, 'tail.renewal-failed');
    } finally {
      this.#isRenewing = false;
      if (!this.#closed.signal.aborted) this.#scheduleRenewal();
    }
  }

  #receive(body: Buffer): void {
    if (this.#closed.signal.aborted) return;
    const message = parseMessage(body);
    if (!message) {
      this.#options.log.warn({ id: this.#options.id }, 'tail.message-invalid');
      return;
    }
    const { instance, epoch, sequence } = message;
    const known = this.#positions.get(instance);
    if (known && isStale(message, known)) return;
    this.#follow(instance, { epoch, sequence, isHeard: true });
    const gapEnd = message.type === 'matches' ? message.previous : sequence;
    if (known?.epoch === epoch && gapEnd > known.sequence) {
      void this.#fill(instance, { epoch, after: known.sequence, to: gapEnd });
    }
    if (message.type !== 'matches') return;
    for (const listener of this.listeners) listener.matched(message.records, message.omitted);
  }

  /** Instances come and go in a long tail's life: those that were silent longest are forgotten. */
  #follow(instance: string, position: Position): void {
    this.#positions.delete(instance);
    this.#positions.set(instance, position);
    const [eldest] = this.#positions.keys();
    if (eldest !== undefined && this.#positions.size > TAIL_INSTANCES_MAX) {
      this.#positions.delete(eldest);
    }
  }

  async #fill(
    instance: string,
    gap: { readonly epoch: number; readonly after: number; readonly to: number },
  ): Promise<void> {
    const { bus, query, actor, log, id } = this.#options;
    let filled = 0;
    let missed = 0;
    try {
      const parts = streamAction(
        bus,
        honeycombActions.missed,
        { query, ...gap },
        { actor, instance, signal: this.#closed.signal },
      );
      for await (const { records } of parts) {
        const wanted = records.slice(0, Math.max(0, TAIL_FILL_RECORDS_MAX - filled));
        filled += wanted.length;
        missed += records.length - wanted.length;
        if (wanted.length > 0) for (const listener of this.listeners) listener.matched(wanted, 0);
      }
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      log.warn({ id, instance, code: toAppError(error).code }, 'tail.gap-not-filled');
      missed = Math.max(missed, 1);
    }
    if (missed > 0) for (const listener of this.listeners) listener.missed(missed);
  }
}

/**
 * What was heard already comes again when listening begins anew. Parts of one commit share its
 * sequence: all but the first name it as `previous` too.
 */
function isStale(message: LiveMessage, known: Position): boolean {
  if (message.epoch !== known.epoch) return message.epoch < known.epoch;
  if (!known.isHeard) return message.sequence < known.sequence;
  if (message.sequence !== known.sequence) return message.sequence < known.sequence;
  return message.type === 'watermark' || message.previous < message.sequence;
}

function parseMessage(body: Buffer): LiveMessage | undefined {
  try {
    const result = liveMessageSchema.safeParse(JSON.parse(body.toString('utf8')));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
