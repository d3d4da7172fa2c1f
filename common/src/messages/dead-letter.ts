import type { Bus, Delivery } from '../bus/bus.ts';
import { EXCHANGE } from '../bus/topology.ts';
import { DEAD_LETTER_REASON_LENGTH_MAX } from '../limits.ts';
import type { EventBody } from './events.ts';

/** Why a message is put aside. */
export interface DeadLetter {
  /** An error code and what is wrong, for a person. */
  readonly reason: string;
  /** The queue that it came by. */
  readonly source: string;
  /** The sender, as far as it is known; never proven here. */
  readonly agent?: string | undefined;
  readonly atMs: number;
}

/**
 * Moves a delivery to `apiary.dead`: published there with the headers `reason`, `source` and `agent`,
 * confirmed, acknowledged, and told as the event `message.dead`. A person can look at it and re-queue it.
 *
 * @throws AppError as `Bus.publish`; the delivery is not acknowledged then and comes again
 */
export async function deadLetter(bus: Bus, delivery: Delivery, letter: DeadLetter): Promise<void> {
  const { agent, source, atMs } = letter;
  const reason = letter.reason.slice(0, DEAD_LETTER_REASON_LENGTH_MAX);
  await bus.publish({
    exchange: EXCHANGE.dead,
    routingKey: '',
    body: delivery.body,
    type: delivery.type,
    headers: {
      ...scalars(delivery.headers),
      reason,
      source,
      atMs,
      routingKey: delivery.routingKey,
      ...(agent === undefined ? {} : { agent }),
    },
  });
  delivery.ack();
  const event: EventBody<'message.dead'> = agent ? { reason, agent, atMs } : { reason, atMs };
  bus.events.emit('message.dead', event);
}

/** The original's headers that can be sent on, such as its signature. */
function scalars(headers: Readonly<Record<string, unknown>>) {
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(headers)) {
    const isScalar =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (isScalar && !name.startsWith('x-')) kept[name] = value;
  }
  return kept;
}
