/**
 * The desk for messages that were put aside. AMQP has no way to look into a queue, so it is consumed up to
 * a bound and everything that nobody decided on is given back. One look at a time; a crash in the midst
 * gives all back, and what was published anew before its acknowledgement comes twice rather than never.
 */
import type { Bus, Delivery, HeaderValue } from '@apiary/common/bus/bus.ts';
import { BLOCKS_KEY, EXCHANGE, FROM_AGENT_KEY, QUEUE } from '@apiary/common/bus/topology.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
  LETTER_QUIET_MS,
  LETTER_WAIT_MS,
  LETTERS_LOOK_MAX,
} from '@apiary/common/limits/letters.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import type {
  decidedLettersSchema,
  decideLettersSchema,
  Letter,
  lettersSchema,
  listLettersSchema,
} from '@apiary/common/messages/letters.ts';
import type { z } from 'zod';
import { letterId, letterOf, whyFixed } from './letter-text.ts';

type QueueName = z.output<typeof listLettersSchema>['queue'];
type Decision = z.output<typeof decideLettersSchema>;
type Decided = z.output<typeof decidedLettersSchema>;

/** Headers that say why it was put aside; the rest is the message's own. */
const PUT_ASIDE_HEADERS: ReadonlySet<string> = new Set(['reason', 'source', 'atMs', 'routingKey']);

/** See the file's head. */
export class Letters {
  readonly #bus: Bus;
  readonly #clock: Clock;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: { readonly bus: Bus; readonly clock: Clock }) {
    this.#bus = context.bus;
    this.#clock = context.clock;
  }

  /** The oldest that lie there; copies of one message are one letter. */
  async list(wanted: z.output<typeof listLettersSchema>): Promise<z.output<typeof lettersSchema>> {
    const { queue, limit } = wanted;
    return await this.#look(queue, limit, async (deliveries, waiting) => {
      const letters = new Map<string, Letter>();
      for (const delivery of deliveries) {
        const letter = letterOf(delivery);
        const copies = (letters.get(letter.id)?.copies ?? 0) + 1;
        letters.set(letter.id, { ...letter, copies });
      }
      return { letters: [...letters.values()], waiting };
    });
  }

  /** Queues again or discards; what is not there (any more) is told so. */
  async decide(decision: Decision): Promise<Decided> {
    const wanted = new Set(decision.ids);
    const done = new Map<string, number>();
    const reasons = new Map<string, string>();
    const waiting = await this.#look(
      decision.queue,
      LETTERS_LOOK_MAX,
      async (deliveries, total) => {
        let left = total;
        for (const delivery of deliveries) {
          const id = letterId(delivery);
          if (!wanted.has(id)) continue;
          try {
            await this.#act(delivery, decision);
            done.set(id, (done.get(id) ?? 0) + 1);
            left -= 1;
          } catch (error) {
            reasons.set(id, toAppError(error).message);
          }
        }
        return left;
      },
    );
    const event: EventBody<'letters.changed'> = { queue: decision.queue };
    this.#bus.events.emit('letters.changed', event);
    const results = decision.ids.map((id) => {
      const count = done.get(id) ?? 0;
      const reason = reasons.get(id) ?? (count === 0 ? 'It is not there any more.' : undefined);
      return { id, done: count, ...(reason !== undefined && { reason }) };
    });
    return { results, waiting };
  }

  async #act(delivery: Delivery, { action, text }: Decision): Promise<void> {
    if (action === 'requeue') {
      const fixed = text === undefined ? undefined : whyFixed(delivery);
      if (fixed !== undefined) throw new AppError('forbidden', fixed);
      const body = text === undefined ? delivery.body : Buffer.from(text, 'utf8');
      const { type, headers } = delivery;
      await this.#bus.publish({
        ...addressOf(delivery),
        ...{ type, body, headers: ownHeaders(headers) },
      });
    }
    delivery.ack();
  }

  /** Holds what is in the queue while `work` looks at it; one at a time. */
  #look<T>(
    queue: QueueName,
    limit: number,
    work: (deliveries: readonly Delivery[], waiting: number) => Promise<T>,
  ): Promise<T> {
    const look = this.#turn.then(() => this.#lookNow(QUEUE[queue], limit, work));
    this.#turn = look.catch(() => undefined);
    return look;
  }

  async #lookNow<T>(
    queue: string,
    limit: number,
    work: (deliveries: readonly Delivery[], waiting: number) => Promise<T>,
  ): Promise<T> {
    const [bus, clock] = [this.#bus, this.#clock];
    const depth = (await bus.depths([queue])).get(queue) ?? 0;
    const deliveries: Delivery[] = [];
    const complete = Promise.withResolvers<void>();
    // A quorum queue's own count lags, so the end is where nothing more comes.
    const pauseMs = () => (deliveries.length < depth ? LETTER_WAIT_MS : LETTER_QUIET_MS);
    let cancelWait = clock.after(pauseMs(), complete.resolve);
    const subscription = await bus.consume(queue, { prefetch: limit }, (delivery) => {
      // What comes after a cut connection was here before: its first delivery is worth nothing.
      if (deliveries.length >= limit) return;
      deliveries.push(delivery);
      cancelWait();
      if (deliveries.length === limit) complete.resolve();
      else cancelWait = clock.after(pauseMs(), complete.resolve);
    });
    try {
      await complete.promise;
      const isAll = deliveries.length < limit;
      return await work(deliveries, isAll ? deliveries.length : Math.max(depth, limit));
    } finally {
      cancelWait();
      // Everything that was not acknowledged goes back to its place.
      await subscription.cancel();
    }
  }
}

/** Where a message of that source was on its way to. */
function addressOf({ headers, type }: Delivery): { exchange: string; routingKey: string } {
  switch (headers.source) {
    case QUEUE.blocks:
      return { exchange: EXCHANGE.blocks, routingKey: BLOCKS_KEY };
    case QUEUE.agentMonitor:
      return { exchange: EXCHANGE.fromAgents, routingKey: FROM_AGENT_KEY.heartbeat };
    case QUEUE.agentManager: {
      const isHandshake = headers.routingKey === FROM_AGENT_KEY.handshake || type === 'handshake';
      const routingKey = isHandshake ? FROM_AGENT_KEY.handshake : FROM_AGENT_KEY.reply;
      return { exchange: EXCHANGE.fromAgents, routingKey };
    }
    case QUEUE.deliveries:
      return { exchange: EXCHANGE.deliveries, routingKey: 'delivery' };
    default:
      throw new AppError(
        'not-found',
        'It does not say where it came from, so it can only be discarded.',
      );
  }
}

function ownHeaders(headers: Readonly<Record<string, unknown>>): Record<string, HeaderValue> {
  const own: Record<string, HeaderValue> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-') || PUT_ASIDE_HEADERS.has(name)) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      own[name] = value;
    }
  }
  return own;
}
