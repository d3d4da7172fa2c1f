import type { Bus, Delivery, HeaderValue } from '@apiary/common/bus/bus.ts';
import { EXCHANGE, QUEUE } from '@apiary/common/bus/topology.ts';
import type { Clock } from '@apiary/common/clock.ts';
import {
  HEADER_TEXT_CHARS_MAX,
  QUARANTINE_AGENT_BYTES_MAX,
  QUARANTINE_AGENTS_MAX,
  QUARANTINE_BYTES_MAX,
} from '@apiary/common/limits.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import type { Figures } from '../metrics.ts';

/** What refusing needs. */
export interface RefusalContext {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly figures: Figures;
}

/** Moves messages that are not stored to where a person can see them; they are acked after that. */
export class Refusals {
  readonly #context: RefusalContext;
  /** Bytes sent to the quarantine since the start, by agent. */
  readonly #quarantined = new Map<string, number>();
  #quarantinedBytes = 0;

  constructor(context: RefusalContext) {
    this.#context = context;
  }

  /** To `apiary.dead` with the reason. */
  async deadLetter(delivery: Delivery, agent: string | undefined, reason: string): Promise<void> {
    await this.#move(delivery, EXCHANGE.dead, reason);
    this.#context.figures.add('deadLettered');
    this.#announce(reason, agent);
    delivery.ack();
  }

  /** To `apiary.quarantine`, within its bounds; past them it is dropped, counted and announced. */
  async quarantine(delivery: Delivery, agent: string, reason: string): Promise<void> {
    const bytes = delivery.body.length;
    const ofAgent = (this.#quarantined.get(agent) ?? 0) + bytes;
    const tooManyAgents =
      !this.#quarantined.has(agent) && this.#quarantined.size >= QUARANTINE_AGENTS_MAX;
    if (
      tooManyAgents ||
      ofAgent > QUARANTINE_AGENT_BYTES_MAX ||
      this.#quarantinedBytes + bytes > QUARANTINE_BYTES_MAX
    ) {
      this.#context.figures.add('refused');
      this.#announce('the quarantine is full', agent);
      delivery.ack();
      return;
    }
    this.#quarantined.set(agent, ofAgent);
    this.#quarantinedBytes += bytes;
    await this.#move(delivery, EXCHANGE.quarantine, reason);
    this.#context.figures.add('quarantined');
    delivery.ack();
  }

  /** An agent was decided upon: its quarantine begins anew. */
  forget(agent: string): void {
    this.#quarantinedBytes -= this.#quarantined.get(agent) ?? 0;
    this.#quarantined.delete(agent);
  }

  async #move(delivery: Delivery, exchange: string, reason: string): Promise<void> {
    await this.#context.bus.publish({
      exchange,
      routingKey: '',
      body: delivery.body,
      type: delivery.type,
      headers: {
        ...plainHeaders(delivery.headers),
        reason: reason.slice(0, HEADER_TEXT_CHARS_MAX),
        source: QUEUE.blocks,
        atMs: this.#context.clock.now(),
      },
    });
  }

  #announce(reason: string, agent: string | undefined): void {
    const body: EventBody<'message.dead'> = {
      reason,
      ...(agent === undefined ? {} : { agent }),
      atMs: this.#context.clock.now(),
    };
    this.#context.bus.events.emit('message.dead', body);
  }
}

function plainHeaders(headers: Readonly<Record<string, unknown>>): Record<string, HeaderValue> {
  const plain: Record<string, HeaderValue> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      plain[name] = value;
    }
  }
  return plain;
}
