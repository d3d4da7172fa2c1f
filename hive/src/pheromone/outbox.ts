/**
 * From what happened to what is told: keeps messages until they stand in the rule's state document, hands
 * them to sting after that, and keeps the alerts that people see. A message goes out again when the process
 * dies between; its id is the same then.
 */
import { EXCHANGE } from '@apiary/common/bus/topology.ts';
import type { Alert, Rule } from '@apiary/common/messages/alerts.ts';
import { DELIVERY_KEY, type DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import { Bundling, type BundlingState } from './bundling.ts';
import { contextLines } from './context-lines.ts';
import { groupOf } from './grouping.ts';
import type { Event } from './judge.ts';
import { messageOf } from './message.ts';
import type { Parts } from './parts.ts';

/** What one write of the state makes true. */
export interface Batch {
  readonly alerts: readonly Alert[];
  readonly events: readonly EventBody<'alert.changed'>[];
}

/** See the file's head. */
export class Outbox {
  readonly #parts: Parts;
  readonly #messages: Map<string, DeliveryMessage>;

  readonly #bundling: Bundling;

  constructor(parts: Parts, messages: readonly DeliveryMessage[], bundling: BundlingState) {
    this.#parts = parts;
    this.#bundling = new Bundling(bundling);
    this.#messages = new Map(messages.map((message) => [message.id, message]));
  }

  /** Messages that are not handed over yet; part of the state. */
  get messages(): DeliveryMessage[] {
    return [...this.#messages.values()];
  }

  /** What waits to be told together; part of the state. */
  get bundling(): BundlingState {
    return this.#bundling.state;
  }

  /** When something that waits is told together. */
  get dueMs(): number | undefined {
    return this.#bundling.dueMs;
  }

  /** Writes what happened as alerts and messages; `isLast`: the rule ends, nothing waits any more. */
  async compose(rule: Rule, events: readonly Event[], isLast = false): Promise<Batch> {
    const now = this.#parts.context.clock.now();
    const alerts = new Map<string, Alert>();
    for (const event of events) {
      const { id } = event.alert;
      const before = alerts.get(id) ?? (await this.#parts.model.alerts.get(id))?.document;
      const alert = await this.#alertOf(rule, event, before);
      alerts.set(id, alert);
      const message = deliveryOf(rule, event, alert);
      if (!message) continue;
      const isBundled = this.#bundling.isBundled(message, rule.bundleAfter, now);
      this.#messages.set(message.id, isBundled ? { ...message, bundled: true } : message);
    }
    for (const bundle of this.#bundling.take(rule, now, isLast)) {
      this.#messages.set(bundle.id, bundle);
    }
    return {
      alerts: [...alerts.values()],
      events: events.map(({ alert, kind, ended, atMs }) => ({
        ...{ alert: alert.id, rule: rule.id, atMs },
        state: ended ? 'resolved' : alert.state,
        ...(kind === undefined ? {} : { kind }),
      })),
    };
  }

  /** Tells everybody, once the state is written. Resolves with true when nothing is left. */
  async send({ alerts, events }: Batch): Promise<boolean> {
    const { model, context } = this.#parts;
    this.#bundling.written();
    const sending = this.messages.map((message) => this.#hand(message));
    await Promise.all(alerts.map((alert) => model.alerts.put(alert)));
    for (const event of events) context.bus.events.emit('alert.changed', event);
    await Promise.allSettled(sending);
    return this.#messages.size === 0;
  }

  async #hand(message: DeliveryMessage): Promise<void> {
    const { context, figures } = this.#parts;
    try {
      await context.bus.publish({
        exchange: EXCHANGE.deliveries,
        routingKey: DELIVERY_KEY,
        type: message.kind,
        body: Buffer.from(JSON.stringify(message)),
      });
      this.#messages.delete(message.id);
      figures.told.inc({ kind: message.kind });
    } catch (error) {
      context.log.warn({ err: error, message: message.id }, 'delivery.not-handed-over');
    }
  }

  async #alertOf(rule: Rule, event: Event, before: Alert | undefined): Promise<Alert> {
    const { alert, ended, atMs, records, counts } = event;
    const group = groupOf(alert.key, rule.groupBy);
    const text = before ?? messageOf({ rule, group, records, counts, ...alert });
    const wantsContext = !before && rule.contextLines > 0 && records.length > 0;
    const lines = wantsContext
      ? await contextLines(this.#parts.context.bus, records, rule.contextLines)
      : text.lines;
    const { firedMs, quiet, acknowledgedBy, acknowledgedMs } = alert;
    return {
      ...{ id: alert.id, rule: rule.id, ruleName: rule.name, severity: rule.severity, group },
      ...{ title: text.title, text: text.text, lines, link: text.link },
      ...{ value: alert.value, startedMs: alert.startedMs, told: alert.told, updatedMs: atMs },
      state: ended ? 'resolved' : alert.state,
      ...(firedMs === undefined ? {} : { firedMs }),
      ...(ended ? { resolvedMs: atMs } : {}),
      ...(quiet === undefined || ended ? {} : { quiet }),
      ...(acknowledgedBy === undefined ? {} : { acknowledgedBy }),
      ...(acknowledgedMs === undefined ? {} : { acknowledgedMs }),
    };
  }
}

function deliveryOf(rule: Rule, event: Event, view: Alert): DeliveryMessage | undefined {
  const { alert, kind, step, atMs } = event;
  if (kind === undefined) return undefined;
  const { channels, users } = step ?? rule;
  const by = kind === 'acknowledged' ? ` (by ${alert.acknowledgedBy})` : '';
  return {
    version: 1,
    id: `${alert.id}.${kind}.${alert.told}`,
    ...{ alert: alert.id, rule: rule.id, ruleName: rule.name, kind, severity: rule.severity },
    ...{ title: view.title, text: `${view.text}${by}`, link: view.link, group: view.group },
    lines: kind === 'resolved' || kind === 'acknowledged' ? [] : view.lines,
    ...{ channels, users, atMs },
  };
}
