/**
 * The live results of this instance's rules: all their queries form one group with one exchange, which is
 * listened to once. Renews the leases, and asks how far everything was judged when a rule wants to know
 * and no watermark comes because nothing is committed.
 */
import type { Actor, Subscription } from '@apiary/common/bus/bus.ts';
import type { ComponentContext } from '@apiary/common/component.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { FEED_ASK_MS_MIN, FEED_RETRY_MS } from '@apiary/common/limits/alerts.ts';
import { STANDING_LEASE_MS } from '@apiary/common/limits.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import {
  type GroupWatermark,
  groupMessageSchema,
  type LiveMatches,
  type StandAnswer,
} from '@apiary/common/messages/live.ts';
import { knownOf, type Place, type Position } from '@apiary/common/standing/place.ts';

/** Who follows a query. */
export interface FeedListener {
  /** Where it stands; what it has not heard of is told. */
  readonly place: Place | undefined;
  matched(message: LiveMatches): void;
  /** What honeycomb answered for the `index`-th query. */
  told(answer: StandAnswer, index: number): void;
  passed(position: Position): void;
}

interface Followed {
  readonly id: string;
  readonly query: string;
  readonly listener: FeedListener;
  isRegistered: boolean;
}

type FeedContext = Pick<ComponentContext, 'bus' | 'clock' | 'log' | 'instance'>;

/** Records that honeycomb sends of one commit; more are fetched. */
const RECORDS_MAX = 1_000;

/** See the file's head. */
export class Feed {
  readonly #context: FeedContext;
  readonly #actor: Actor;
  readonly #group: string;
  readonly #followed = new Map<string, Followed>();
  #subscription: Subscription | undefined;
  #changes: Subscription | undefined;
  #stopState: () => void = () => undefined;
  #cancelRenewal: () => void = () => undefined;
  #cancelAsk: () => void = () => undefined;
  #askAtMs = Number.POSITIVE_INFINITY;
  #askedMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #isStopped = false;

  constructor(context: FeedContext, actor: Actor) {
    this.#context = context;
    this.#actor = actor;
    this.#group = `pheromone-${context.instance}`;
  }

  async start(): Promise<void> {
    const { bus } = this.#context;
    this.#subscription = await bus.live.listen(this.#group, (body) => this.#receive(body));
    this.#changes = await bus.events.on('honeycomb.changed', () => this.ask());
    this.#stopState = bus.onState((state) => {
      if (state === 'connected') this.ask();
    });
    this.#scheduleRenewal();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopState();
    this.#cancelRenewal();
    this.#cancelAsk();
    await this.#changes?.cancel();
    await this.#subscription?.cancel();
    await this.#asking;
  }

  /** Follows a query from now on; {@link FeedListener.told} is the first thing that happens. */
  follow(id: string, query: string, listener: FeedListener): void {
    this.#followed.set(id, { id, query, listener, isRegistered: false });
    this.#askSoon(this.#context.clock.now());
  }

  /** Follows it no longer. Its lease ends by itself: taking it back could hit the rule's next owner. */
  unfollow(id: string): void {
    this.#followed.delete(id);
  }

  /** Wants a position at `atMs` or soon after. */
  want(atMs: number): void {
    this.#askSoon(Math.max(atMs, this.#askedMs + FEED_ASK_MS_MIN));
  }

  /** Asks now. */
  ask(): void {
    this.#cancelAsk();
    this.#askAtMs = Number.POSITIVE_INFINITY;
    this.#asking ??= this.#ask().then((isAnswered) => {
      this.#asking = undefined;
      // What came meanwhile; without an answer all of them wait for the next try.
      if (isAnswered && this.#hasNew()) this.#askSoon(this.#context.clock.now());
    });
  }

  #askSoon(atMs: number): void {
    if (this.#isStopped || atMs >= this.#askAtMs) return;
    const { clock } = this.#context;
    this.#cancelAsk();
    this.#askAtMs = atMs;
    this.#cancelAsk = clock.after(Math.max(0, atMs - clock.now()), () => this.ask());
  }

  #hasNew(): boolean {
    return [...this.#followed.values()].some(({ isRegistered }) => !isRegistered);
  }

  #scheduleRenewal(): void {
    this.#cancelRenewal = this.#context.clock.after(STANDING_LEASE_MS / 3, () => {
      this.ask();
      this.#scheduleRenewal();
    });
  }

  /** True if honeycomb answered. */
  async #ask(): Promise<boolean> {
    const { bus, clock, log } = this.#context;
    const followed = [...this.#followed.values()];
    if (followed.length === 0) return true;
    this.#askedMs = clock.now();
    try {
      const queries = followed.map(({ id, query }) => ({ id, query, recordsMax: RECORDS_MAX }));
      const known = knownOf(followed.flatMap(({ listener: { place } }) => place ?? []));
      const lease = { group: this.#group, leaseMs: STANDING_LEASE_MS };
      const request = { ...lease, queries, ...(known && { known }) };
      const options = { actor: this.#actor };
      const answer = await callAction(bus, honeycombActions.standGroup, request, options);
      for (const [index, each] of followed.entries()) {
        each.isRegistered = true;
        each.listener.told(answer, index);
      }
      return true;
    } catch (error) {
      if (this.#isStopped) return false;
      log.warn({ code: toAppError(error).code }, 'feed.ask-failed');
      this.#askSoon(clock.now() + FEED_RETRY_MS);
      return false;
    }
  }

  #receive(body: Buffer): void {
    const message = parse(body);
    if (!message) {
      this.#context.log.warn({}, 'feed.message-invalid');
      return;
    }
    if (message.type === 'matches') this.#followed.get(message.query)?.listener.matched(message);
    else this.#passed(message);
  }

  #passed({ sequences, ...position }: GroupWatermark): void {
    for (const { id, listener } of this.#followed.values()) {
      const sequence = sequences[id];
      if (sequence !== undefined) listener.passed({ ...position, sequence, isOver: false });
    }
  }
}

function parse(body: Buffer): LiveMatches | GroupWatermark | undefined {
  try {
    const result = groupMessageSchema.safeParse(JSON.parse(body.toString('utf8')));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
