/** What the contract suites of the bus stand on: a broker, buses straight to it or through a proxy. */
import { type ChannelModel, connect } from 'amqplib';
import { type AmqpBus, type BusOptions, connectBus } from '../bus/amqp-bus.ts';
import type { Actor, Bus, BusState } from '../bus/bus.ts';
import { createSilentLogger } from '../log.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

/** A broker to test against; `beeUrl` is an account with a Bee's rights. */
export interface TestBroker {
  readonly url: string;
  readonly beeUrl?: string;
  stop(): Promise<void>;
}

/** Makes a broker for one suite. */
export type MakeBroker = () => Promise<TestBroker>;

/** Who asks in tests. */
export const TEST_ACTOR: Actor = { kind: 'component', id: 'test', name: 'test', role: 'system' };

/** A broker with everything that one test opened on it. */
export class BusBench {
  readonly #broker: TestBroker;
  #closers: (() => Promise<void>)[] = [];

  constructor(broker: TestBroker) {
    this.#broker = broker;
  }

  /** A bus of Hive, straight to the broker. */
  async bus(options: Partial<BusOptions> = {}): Promise<AmqpBus> {
    const bus = await connectBus({
      url: this.#broker.url,
      name: 'contract',
      declareTopology: true,
      log: createSilentLogger(),
      connectDeadlineMs: 20_000,
      ...options,
    });
    this.#closers.push(() => bus.close(100));
    return bus;
  }

  /** A bus with a Bee's account; undefined where the broker has none. */
  async beeBus(): Promise<AmqpBus | undefined> {
    const url = this.#broker.beeUrl;
    return url === undefined ? undefined : await this.bus({ url, declareTopology: false });
  }

  /** A connection without a bus, with the Hive's account or a Bee's; undefined where the broker has none. */
  async connection(account: 'hive' | 'bee'): Promise<ChannelModel | undefined> {
    const url = account === 'hive' ? this.#broker.url : this.#broker.beeUrl;
    if (url === undefined) return undefined;
    const model = await connect(url);
    this.#closers.push(() => model.close());
    return model;
  }

  /** A bus through a proxy of its own. */
  async proxied(
    options: Partial<BusOptions> & { readonly heartbeatSeconds?: number } = {},
  ): Promise<{ bus: AmqpBus; proxy: TcpProxy }> {
    const { heartbeatSeconds, ...rest } = options;
    const url = new URL(this.#broker.url);
    const target = { host: url.hostname, port: Number(url.port === '' ? 5672 : url.port) };
    const proxy = await startProxy(target);
    this.#closers.push(() => proxy.stop());
    url.host = `127.0.0.1:${proxy.port}`;
    if (heartbeatSeconds !== undefined) {
      url.searchParams.set('heartbeat', String(heartbeatSeconds));
    }
    return { bus: await this.bus({ url: url.href, ...rest }), proxy };
  }

  /** amqplib itself, for what the bus has no call for. */
  async administer<T>(task: (model: ChannelModel) => Promise<T>): Promise<T> {
    const model = await connect(this.#broker.url);
    model.on('error', () => undefined);
    try {
      return await task(model);
    } finally {
      await model.close();
    }
  }

  /** Closes what the test opened, newest first. */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}

/** Collects what arrives and tells when enough is there. */
export class Inbox<T> {
  readonly items: T[] = [];
  #waiting: { isEnough: (items: readonly T[]) => boolean; resolve: () => void }[] = [];

  /** Takes in one more. */
  push(item: T): void {
    this.items.push(item);
    this.#waiting = this.#waiting.filter(({ isEnough, resolve }) => {
      if (!isEnough(this.items)) return true;
      resolve();
      return false;
    });
  }

  /** Resolves when the collected items are enough. */
  async until(isEnough: (items: readonly T[]) => boolean): Promise<void> {
    if (isEnough(this.items)) return;
    await new Promise<void>((resolve) => this.#waiting.push({ isEnough, resolve }));
  }

  /** Resolves when `count` items are there. */
  async count(count: number): Promise<void> {
    await this.until((items) => items.length >= count);
  }
}

/** Resolves when the bus is in that state. */
export async function stateIs(bus: Bus, state: BusState): Promise<void> {
  if (bus.state === state) return;
  await new Promise<void>((resolve) => {
    const stop = bus.onState((now) => {
      if (now !== state) return;
      stop();
      resolve();
    });
  });
}

/** Everything that comes, in order. */
export async function allParts<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const part of parts) all.push(part);
  return all;
}
