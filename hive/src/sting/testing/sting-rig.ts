/** A site with stings on it, real loopback servers beside it, and time that stands until it is moved. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@apiary/common/bus/bus.ts';
import { EXCHANGE } from '@apiary/common/bus/topology.ts';
import type { Component } from '@apiary/common/component.ts';
import type { Logger } from '@apiary/common/log.ts';
import { type Action, callAction } from '@apiary/common/messages/actions/action.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import type { DeliveryView } from '@apiary/common/messages/channel.ts';
import { DELIVERY_KEY, type DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import type { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { TestSite } from '@apiary/common/testing/test-context.ts';
import type { z } from 'zod';
import { createSting } from '../index.ts';
import { type Model, openModel } from '../model.ts';
import { failingDocuments, type WriteFault } from './failing-documents.ts';

/** Who asks, unless a test says otherwise. */
export const ADMIN: Actor = { kind: 'user', id: 'ada', name: 'Ada', role: 'admin' };

/** See the file's head. */
export class StingRig {
  readonly site: TestSite;
  readonly folder: string;
  readonly bus: MemoryBus;
  /** What stings logged at `info` and `warn`. */
  readonly logged: { readonly event: string; readonly fields: object }[] = [];
  readonly events: { readonly name: string; readonly body: unknown }[] = [];
  readonly model: Model;
  readonly #stings: Component[] = [];
  #changed: () => void = () => undefined;

  private constructor(site: TestSite, folder: string, bus: MemoryBus, model: Model) {
    this.site = site;
    this.folder = folder;
    this.bus = bus;
    this.model = model;
  }

  static async create(): Promise<StingRig> {
    const site = await TestSite.create();
    const folder = await mkdtemp(join(tmpdir(), 'apiary-sting-'));
    const { bus, documents } = await site.context();
    const model = await openModel(documents);
    for (const id of ['ada', 'bo']) await model.users.insert({ id });
    const rig = new StingRig(site, folder, bus, model);
    await bus.events.on('#', (event) => {
      rig.events.push(event);
      rig.#changed();
    });
    return rig;
  }

  get keyFile(): string {
    return join(this.folder, 'channels.key');
  }

  /** Another instance; its writes of deliveries take one of `faults` each, as long as there are any. */
  async start(faults: WriteFault[] = []): Promise<Component> {
    const context = await this.site.context();
    const documents = failingDocuments(context.documents, 'deliveries', faults);
    const sting = createSting(
      { ...context, documents, log: this.#noting(context.log) },
      { keyFile: this.keyFile, publicUrl: 'https://apiary.example' },
      { random: () => 1 },
    );
    await sting.start();
    this.#stings.push(sting);
    return sting;
  }

  #noting(log: Logger): Logger {
    return {
      debug: (fields, event) => log.debug(fields, event),
      info: (fields, event) => void this.logged.push({ event, fields }),
      warn: (fields, event) => void this.logged.push({ event, fields }),
      error: (fields, event) => log.error(fields, event),
      child: () => this.#noting(log),
    };
  }

  async close(): Promise<void> {
    for (const sting of this.#stings) await sting.stop();
    await this.site.close();
    await rm(this.folder, { recursive: true });
  }

  ask<I extends z.ZodType, O extends z.ZodType>(
    action: Action<I, O>,
    body: z.input<I>,
    actor: Actor = ADMIN,
  ): Promise<z.output<O>> {
    return callAction(this.bus, action, body, { actor });
  }

  /** Adds a webhook to a local server. */
  async addWebhook(name: string, url: string): Promise<void> {
    await this.ask(stingActions.putChannel, {
      name,
      kind: 'webhook',
      settings: { url, privateAddress: true },
      secrets: { secret: 'shared' },
    });
  }

  async publish(message: DeliveryMessage | object): Promise<void> {
    await this.bus.publish({
      exchange: EXCHANGE.deliveries,
      routingKey: DELIVERY_KEY,
      body: Buffer.from(JSON.stringify(message)),
    });
    await this.site.broker.settled();
  }

  async deliveries(): Promise<DeliveryView[]> {
    return (await this.ask(stingActions.listDeliveries, {})).deliveries;
  }

  /** Looks again after each event (every write of a document is one) until it holds. */
  async until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
      const seen = await look();
      if (seen !== undefined) return seen;
      await changed;
    }
  }

  /** Moves time on step by step, letting all that it set going run, until it holds. */
  async passing<T>(stepMs: number, look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const seen = await look();
      if (seen !== undefined) return seen;
      this.site.clock.advance(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** All deliveries, once each of them is in one of the states. */
  async ended(count: number, ...states: readonly DeliveryView['state'][]): Promise<DeliveryView[]> {
    return await this.until(async () => {
      const all = await this.deliveries();
      const fits = all.length === count && all.every(({ state }) => states.includes(state));
      return fits ? all : undefined;
    });
  }

  /** One delivery, once it waits after that many attempts. */
  async attempted(times: number): Promise<DeliveryView> {
    return await this.until(async () =>
      (await this.deliveries()).find(
        ({ attempts }) => attempts.length === times && attempts.at(-1)?.outcome !== undefined,
      ),
    );
  }
}
