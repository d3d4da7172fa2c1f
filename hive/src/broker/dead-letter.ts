/** What becomes of a message that a queue gives up: RabbitMQ's `x-death` header and its rules. */
import { BROKER_DEATHS_MAX } from '@apiary/common/limits/broker.ts';
import {
  EMPTY_TABLE,
  type Field,
  type FieldTable,
  integerField,
  integerOf,
  stringField,
  textOf,
} from './codec/field-table.ts';
import { decodeProperties, encodeProperties } from './codec/properties.ts';
import { type Content, Message } from './message.ts';

/** Why a message was given up, in RabbitMQ's words. */
export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/** The circumstances of a death. */
export interface Death {
  readonly queue: string;
  readonly reason: DeathReason;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly deadLetterExchange: string;
  /** Undefined = the message's own. */
  readonly deadLetterRoutingKey: string | undefined;
}

/** A dead letter, and the queues that it must not go back to. */
export interface DeadLetter {
  readonly message: Message;
  /** Queues it went through since it was last rejected: going there again would never end. */
  readonly cyclic: ReadonlySet<string>;
}

/** Makes the message that is published to the dead-letter exchange. */
export function createDeadLetter(message: Message, content: Content, death: Death): DeadLetter {
  const properties = decodeProperties(content.properties);
  const headers = properties.headers ?? EMPTY_TABLE;
  const before = deathsOf(headers);
  const deaths = addDeath(before, message, death, properties.expiration);
  const changed = new Map(headers);
  changed.set('x-death', { type: 'A', value: deaths });
  if (!headers.has('x-first-death-queue')) {
    changed.set('x-first-death-queue', stringField(death.queue));
    changed.set('x-first-death-reason', stringField(death.reason));
    changed.set('x-first-death-exchange', stringField(message.exchange));
  }
  const { expiration: _, ...kept } = properties;
  const dead = new Message({
    exchange: death.deadLetterExchange,
    routingKey: death.deadLetterRoutingKey ?? message.routingKey,
    content: { properties: encodeProperties({ ...kept, headers: changed }), body: content.body },
    bodyBytes: message.bodyBytes,
    persistent: message.persistent,
    expirationMs: undefined,
    publishedAt: death.at,
  });
  return { message: dead, cyclic: death.reason === 'rejected' ? new Set() : cyclicQueues(deaths) };
}

function deathsOf(headers: FieldTable): FieldTable[] {
  const field = headers.get('x-death');
  if (field?.type !== 'A') return [];
  return field.value.flatMap((death) => (death.type === 'F' ? [death.value] : []));
}

function addDeath(
  before: readonly FieldTable[],
  message: Message,
  death: Death,
  expiration: string | undefined,
): Field[] {
  const isSame = (entry: FieldTable) =>
    textOf(entry.get('queue')) === death.queue && textOf(entry.get('reason')) === death.reason;
  const previous = before.find(isSame);
  const count = (integerOf(previous?.get('count')) ?? 0) + 1;
  const entry = new Map<string, Field>(
    previous ?? [
      ['count', integerField(1)],
      ['reason', stringField(death.reason)],
      ['queue', stringField(death.queue)],
      ['time', { type: 'T', value: BigInt(Math.floor(death.at / 1000)) }],
      ['exchange', stringField(message.exchange)],
      ['routing-keys', { type: 'A', value: [stringField(message.routingKey)] }],
    ],
  );
  entry.set('count', integerField(count));
  if (!previous && expiration !== undefined) {
    entry.set('original-expiration', stringField(expiration));
  }
  const others = before.filter((other) => other !== previous);
  return [entry, ...others]
    .slice(0, BROKER_DEATHS_MAX)
    .map((table): Field => ({ type: 'F', value: table }));
}

function cyclicQueues(deaths: readonly Field[]): Set<string> {
  const queues = new Set<string>();
  for (const death of deaths) {
    if (death.type !== 'F' || textOf(death.value.get('reason')) === 'rejected') break;
    queues.add(textOf(death.value.get('queue')) ?? '');
  }
  return queues;
}
