import { AmqpError } from './amqp-error.ts';
import { type Field, type FieldTable, integerOf, textOf } from './codec/field-table.ts';

/** What a queue's arguments mean. Undefined = not limited. */
export interface QueuePolicy {
  readonly type: 'classic' | 'quorum';
  readonly messageTtlMs: number | undefined;
  /** Unused for this long, the queue is deleted. */
  readonly expiresMs: number | undefined;
  readonly lengthMax: number | undefined;
  readonly bytesMax: number | undefined;
  readonly overflow: 'drop-head' | 'reject-publish' | 'reject-publish-dlx';
  readonly deadLetterExchange: string | undefined;
  /** Undefined = the message's own. */
  readonly deadLetterRoutingKey: string | undefined;
  /** Redeliveries after which a message is dead-lettered. */
  readonly deliveriesMax: number | undefined;
}

type Check = (field: Field) => boolean;

const isCount: Check = (field) => (integerOf(field) ?? -1) >= 0;
const isPositive: Check = (field) => (integerOf(field) ?? 0) > 0;
const isText: Check = (field) => textOf(field) !== undefined;
const isOneOf =
  (...values: string[]): Check =>
  (field) =>
    values.includes(textOf(field) ?? '');

/** The arguments that this broker knows; any other `x-` argument would promise what it does not do. */
const CHECKS: Readonly<Record<string, Check>> = {
  'x-queue-type': isOneOf('classic', 'quorum'),
  'x-message-ttl': isCount,
  'x-expires': isPositive,
  'x-max-length': isCount,
  'x-max-length-bytes': isCount,
  'x-overflow': isOneOf('drop-head', 'reject-publish', 'reject-publish-dlx'),
  'x-dead-letter-exchange': isText,
  'x-dead-letter-routing-key': isText,
  'x-dead-letter-strategy': isOneOf('at-most-once', 'at-least-once'),
  'x-delivery-limit': (field) => integerOf(field) !== undefined,
  'x-queue-mode': isOneOf('default', 'lazy'),
  'x-queue-version': isCount,
  'x-quorum-initial-group-size': isPositive,
  'x-queue-master-locator': isText,
  'x-queue-leader-locator': isText,
};

/**
 * Reads a queue's arguments.
 *
 * @throws AmqpError 406 for a value that an argument cannot have, or an argument that is not supported.
 */
export function parseQueueArguments(queue: string, table: FieldTable): QueuePolicy {
  for (const [name, field] of table) {
    const check = CHECKS[name];
    const known = check !== undefined || !name.startsWith('x-');
    if (known && (!check || check(field))) continue;
    throw new AmqpError(406, `invalid arg '${name}' for queue '${queue}' in vhost '/'`);
  }
  const integer = (name: string) => integerOf(table.get(name));
  const deliveryLimit = integer('x-delivery-limit');
  const overflow = textOf(table.get('x-overflow'));
  return {
    type: textOf(table.get('x-queue-type')) === 'quorum' ? 'quorum' : 'classic',
    messageTtlMs: integer('x-message-ttl'),
    expiresMs: integer('x-expires'),
    lengthMax: integer('x-max-length'),
    bytesMax: integer('x-max-length-bytes'),
    overflow:
      overflow === 'reject-publish' || overflow === 'reject-publish-dlx' ? overflow : 'drop-head',
    deadLetterExchange: textOf(table.get('x-dead-letter-exchange')),
    deadLetterRoutingKey: textOf(table.get('x-dead-letter-routing-key')),
    // -1 lifts the limit, as in RabbitMQ 4.
    deliveriesMax: deliveryLimit === undefined || deliveryLimit < 0 ? undefined : deliveryLimit,
  };
}

/** The first argument whose meaning differs, or undefined. */
export function differingArgument(current: FieldTable, given: FieldTable): string | undefined {
  return Object.keys(CHECKS).find((name) => !isSame(current.get(name), given.get(name)));
}

function isSame(a: Field | undefined, b: Field | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const integer = integerOf(a);
  return integer !== undefined ? integer === integerOf(b) : textOf(a) === textOf(b);
}
