import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../clock.ts';
import type { ComponentContext } from '../component.ts';
import { announceChanges } from '../documents/announce.ts';
import { openDocuments } from '../documents/open.ts';
import { createSilentLogger } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { newId } from '../random.ts';
import { MemoryBroker } from './memory-broker.ts';
import { MemoryBus } from './memory-bus.ts';

/** What a component's unit test runs on: documents on disk, all else in memory, and time that stands. */
export class TestSite {
  readonly clock = new ManualClock();
  readonly broker = new MemoryBroker({ clock: this.clock });
  readonly #folder: string;
  readonly #closers: (() => Promise<void>)[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** A new site in a temporary folder. */
  static async create(): Promise<TestSite> {
    return new TestSite(await mkdtemp(join(tmpdir(), 'apiary-site-')));
  }

  /** A process of its own on the same store and broker; its document changes are announced. */
  async context(): Promise<ComponentContext & { readonly bus: MemoryBus }> {
    const store = `sqlite:${this.#folder}`;
    const documents = await openDocuments(store);
    const bus = new MemoryBus(this.broker);
    const stop = announceChanges(documents, bus);
    this.#closers.push(async () => {
      stop();
      await bus.close();
      await documents.close();
    });
    return {
      bus,
      documents,
      log: createSilentLogger(),
      clock: this.clock,
      metrics: new Metrics(),
      instance: newId(),
      store,
    };
  }

  /** A connection of its own, such as a Bee's. */
  bus(): MemoryBus {
    return new MemoryBus(this.broker);
  }

  /** Closes every context and removes the folder. */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close();
    await rm(this.#folder, { recursive: true });
  }
}
