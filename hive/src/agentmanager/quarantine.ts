/**
 * Brings data of agents that were approved meanwhile back from the quarantine. The queue is gone through
 * once, up to a marker: what may be stored now goes to `apiary.blocks`, all else back to the end. Each
 * message is published anew before it is acknowledged, so a crash doubles some (the store takes each byte
 * once) and loses none; that a release was begun is written down, and taken up again at the next start.
 */
import type { Delivery, HeaderValue, Subscription } from '@apiary/common/bus/bus.ts';
import { BLOCKS_KEY, EXCHANGE, QUEUE } from '@apiary/common/bus/topology.ts';
import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { QUARANTINE_PREFETCH } from '@apiary/common/limits/access.ts';
import { newId } from '@apiary/common/random.ts';
import { z } from 'zod';
import type { Parts } from './parts.ts';

const MARKER = 'marker';
const PUT_ASIDE_HEADERS = new Set(['reason', 'source', 'atMs']);

const releaseSchema = z.object({ id: z.string() });
type Release = z.output<typeof releaseSchema>;

const RELEASES: CollectionDefinition<Release> = {
  name: 'quarantine-releases',
  schema: releaseSchema,
  indexes: [],
};

/** See the file's head. */
export class Quarantine {
  readonly #parts: Parts;
  readonly #releases: Collection<Release>;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #isWanted = false;

  private constructor(parts: Parts, releases: Collection<Release>) {
    this.#parts = parts;
    this.#releases = releases;
  }

  /** Takes up what an earlier run began. */
  static async open(parts: Parts, documents: Documents): Promise<Quarantine> {
    const quarantine = new Quarantine(parts, await documents.collection(RELEASES));
    if ((await quarantine.#releases.count()) > 0) quarantine.#start();
    return quarantine;
  }

  /** Begins to release what these agents sent; resolves once that is written down. */
  async release(agents: readonly string[]): Promise<void> {
    for (const id of agents) await this.#releases.put({ id });
    if (agents.length > 0) this.#start();
  }

  /** Resolves when nothing is being released. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Stops where it is; the rest follows at the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.settled();
  }

  #start(): void {
    this.#isWanted = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    const { log } = this.#parts.context;
    while (this.#isWanted && !this.#stopping.signal.aborted) {
      this.#isWanted = false;
      try {
        const wanted = (await this.#releases.find()).map(({ document }) => document.id);
        const released = await this.#goThrough();
        if (this.#stopping.signal.aborted) return;
        for (const id of wanted) await this.#releases.delete(id);
        log.info({ agents: wanted.length, messages: released }, 'quarantine.released');
      } catch (error) {
        // It stays written down: the next approval or start goes through it again.
        log.warn({ reason: toAppError(error).message }, 'quarantine.release-failed');
      }
    }
  }

  /** One round through the queue; the result is how many messages were released. */
  async #goThrough(): Promise<number> {
    const { bus } = this.#parts.context;
    const { signal } = this.#stopping;
    const marker = newId();
    const ended = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => ended.resolve(), { once: true });
    // Looked at below; until then a failed move must not count as unhandled.
    ended.promise.catch(() => {});
    const moving = new Set<Promise<void>>();
    let released = 0;
    await bus.publish(
      {
        exchange: EXCHANGE.quarantine,
        routingKey: '',
        type: MARKER,
        headers: { marker },
        body: Buffer.alloc(0),
      },
      signal,
    );
    const take = (delivery: Delivery) => {
      if (signal.aborted) return;
      if (delivery.type === MARKER) {
        delivery.ack();
        if (delivery.headers.marker === marker) ended.resolve();
        return;
      }
      const move = this.#move(delivery).then(
        (isReleased) => {
          released += isReleased ? 1 : 0;
        },
        (error: unknown) => ended.reject(error),
      );
      moving.add(move);
      void move.finally(() => moving.delete(move));
    };
    let subscription: Subscription | undefined;
    try {
      subscription = await bus.consume(QUEUE.quarantine, { prefetch: QUARANTINE_PREFETCH }, take);
      await ended.promise;
      await Promise.all(moving);
    } finally {
      await subscription?.cancel();
    }
    return released;
  }

  async #move(delivery: Delivery): Promise<boolean> {
    const { context, model } = this.#parts;
    const agent = String(delivery.headers.agent);
    const mayWrite = (await model.agents.get(agent))?.document.approval === 'approved';
    const { type, body } = delivery;
    const headers = scalars(delivery.headers, mayWrite);
    const address = mayWrite
      ? { exchange: EXCHANGE.blocks, routingKey: BLOCKS_KEY }
      : { exchange: EXCHANGE.quarantine, routingKey: '' };
    await context.bus.publish({ ...address, type, body, headers }, this.#stopping.signal);
    delivery.ack();
    return mayWrite;
  }
}

function scalars(
  headers: Readonly<Record<string, unknown>>,
  isReleased: boolean,
): Record<string, HeaderValue> {
  const kept: Record<string, HeaderValue> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-') || (isReleased && PUT_ASIDE_HEADERS.has(name))) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      kept[name] = value;
    }
  }
  return kept;
}
