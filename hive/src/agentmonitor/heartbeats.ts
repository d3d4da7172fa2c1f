/** Takes heartbeats from the queue: read, verified with the sender's key, or counted and dropped. */
import type { KeyObject } from 'node:crypto';
import type { Delivery, Subscription } from '@apiary/common/bus/bus.ts';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import type { ComponentContext } from '@apiary/common/component.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { AGENTMONITOR_PREFETCH } from '@apiary/common/limits.ts';
import { type Heartbeat, heartbeatSchema } from '@apiary/common/messages/control.ts';
import { deadLetter } from '@apiary/common/messages/dead-letter.ts';
import { readControl } from '@apiary/common/messages/read-control.ts';
import { publicKeyFromRaw, verifyControl } from '@apiary/common/messages/signature.ts';
import type { Counter } from 'prom-client';
import type { Model } from './model.ts';

/** What {@link Heartbeats} needs. */
export interface HeartbeatsOptions {
  readonly context: ComponentContext;
  readonly model: Model;
  readonly counter: Counter<'outcome'>;
  /** Told of each verified heartbeat; says what to count it as. */
  readonly heard: (heartbeat: Heartbeat) => string;
}

/** Consumes `agentmonitor.inbox`. */
export class Heartbeats {
  readonly #options: HeartbeatsOptions;
  /** Of known agents only, so it is bounded as they are. An agent's key never changes: its id is the key's hash. */
  readonly #keys = new Map<string, KeyObject>();
  #subscription: Subscription | undefined;

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { bus } = this.#options.context;
    const options = { prefetch: AGENTMONITOR_PREFETCH };
    this.#subscription = await bus.consume(QUEUE.agentMonitor, options, (delivery) =>
      this.#receive(delivery),
    );
  }

  async stop(): Promise<void> {
    await this.#subscription?.cancel();
    this.#subscription = undefined;
  }

  async #receive(delivery: Delivery): Promise<void> {
    const { counter, heard, context } = this.#options;
    try {
      const heartbeat = readControl(delivery, heartbeatSchema);
      const publicKey = this.#keyOf(heartbeat.agent);
      if (publicKey) {
        verifyControl(delivery.headers, delivery.body, { agent: heartbeat.agent, publicKey });
        counter.inc({ outcome: heard(heartbeat) });
      } else {
        counter.inc({ outcome: 'unknown' });
      }
      delivery.ack();
    } catch (thrown) {
      const { code, message } = toAppError(thrown);
      counter.inc({ outcome: 'dead' });
      const { agent } = delivery.headers;
      await deadLetter(context.bus, delivery, {
        reason: `${code}: ${message}`,
        agent: typeof agent === 'string' ? agent : undefined,
        source: QUEUE.agentMonitor,
        atMs: context.clock.now(),
      });
    }
  }

  #keyOf(agent: string): KeyObject | undefined {
    const known = this.#keys.get(agent);
    if (known) return known;
    const document = this.#options.model.agents.get(agent);
    if (!document) return undefined;
    const key = publicKeyFromRaw(Buffer.from(document.publicKey, 'base64'));
    this.#keys.set(agent, key);
    return key;
  }
}
