/**
 * One standing query that Queen keeps for its tails: registers and renews it, listens to the
 * results of all honeycombs, and fills gaps. A gap shows by the messages' own numbers (a
 * listener's queue that overflowed, a connection that was cut, a honeycomb that died before it
 * told what it had stored); what lies in it is fetched, or counted as missed.
 */
import type { Actor, Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import {
  LIVE_OVERTAKEN_MS,
  STANDING_LEASE_MS,
  TAIL_FILL_RECORDS_MAX,
} from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import {
  type LiveMatches,
  type LiveMessage,
  liveMessageSchema,
  type StandAnswer,
} from '@apiary/common/messages/live.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import {
  beginAt,
  caughtUp,
  knownOf,
  type Move,
  moveByMatches,
  moveByPosition,
  moved,
  type Place,
  type Position,
  positionsOf,
  withoutPast,
} from '@apiary/common/standing/place.ts';

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

/** See the file's head. */
export class StandingTail {
  readonly listeners = new Set<TailListener>();
  readonly #options: StandingTailOptions;
  /** Everything up to there was told, or is being fetched. */
  #place: Place | undefined;
  readonly #closed = new AbortController();
  #subscription: Subscription | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;
  #stopStateListener: (() => void) | undefined;
  #changes: Subscription | undefined;
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
    this.#changes = await bus.events.on('honeycomb.changed', () => void this.#renew());
    if (this.#closed.signal.aborted) {
      await this.#subscription.cancel();
      await this.#changes.cancel();
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
    this.#cancelLook?.();
    this.#stopStateListener?.();
    const { bus, id, actor, log } = this.#options;
    try {
      await this.#changes?.cancel();
      await this.#subscription?.cancel();
      await callAction(bus, honeycombActions.unstand, { id }, { actor });
    } catch (error) {
      // Its lease ends by itself.
      log.debug({ id, err: error }, 'tail.unstand-failed');
    }
  }

  async #stand(): Promise<void> {
    const { bus, id, query, actor, clock } = this.#options;
    this.#cancelLook?.();
    const known = knownOf(this.#place ? [this.#place] : []);
    const request = { id, query, leaseMs: STANDING_LEASE_MS, ...(known && { known }) };
    const answer = await callAction(bus, honeycombActions.stand, request, { actor });
    this.#place ??= beginAt(answer, 0);
    const isBehind = positionsOf(answer, 0).some(
      (position) => moveByPosition(this.#place, position).kind === 'gap',
    );
    if (isBehind) this.#cancelLook = clock.after(LIVE_OVERTAKEN_MS, () => this.#look(answer));
    else this.#look(answer);
  }

  #look(answer: StandAnswer): void {
    if (!this.#place || this.#closed.signal.aborted) return;
    for (const position of positionsOf(answer, 0)) this.#pass(position);
    this.#place = withoutPast(caughtUp(this.#place, answer), () => false);
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
    if (message.type === 'watermark') this.#pass({ ...message, isOver: false });
    else this.#match(message);
  }

  #match(message: LiveMatches): void {
    // What was left out of it is no gap: it is too much to show, and counted.
    const move = moveByMatches(this.#place, { ...message, omitted: 0 });
    if (move.kind === 'stale') return;
    this.#move(move, message.previous);
    for (const listener of this.listeners) listener.matched(message.records, message.omitted);
  }

  #pass(position: Position): void {
    const move = moveByPosition(this.#place, position);
    if (move.kind !== 'stale') this.#move(move, position.sequence);
  }

  /** A gap is filled up to `to`, while what comes after it goes on. */
  #move(move: Exclude<Move, { kind: 'stale' }>, to: number): void {
    if (!this.#place) return;
    const { instance, epoch } = move.to;
    this.#place = moved(this.#place, move.to);
    if (move.kind === 'gap') void this.#fill(instance, { epoch, after: move.after, to });
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

function parseMessage(body: Buffer): LiveMessage | undefined {
  try {
    const result = liveMessageSchema.safeParse(JSON.parse(body.toString('utf8')));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
