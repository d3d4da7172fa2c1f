/**
 * One connection to the broker that comes back by itself. amqplib re-makes the connection only, so
 * everything that lives on it is a {@link Member} that is made again within amqplib's `setup`: when the
 * bus says `connected`, all consumers consume.
 */
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { type ChannelModel, type Connection, connect, type RecoveringChannelModel } from 'amqplib';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { BUS_SETUP_MS_MAX } from '../limits/bus.ts';
import { BUS_CONNECT_TIMEOUT_MS, BUS_RECONNECT_MS_MAX, BUS_RETRY_MS_MIN } from '../limits.ts';
import type { Logger } from '../log.ts';
import { PinnedTrust } from '../tls/pin.ts';
import { BrokerNodes, optionsOf, parseBrokers, pinOf, placeOf } from './address.ts';
import type { BusState } from './bus.ts';
import { declareTopology } from './declare.ts';

/** What of TLS a caller may set for an `amqps://` address. */
export type BusTls = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized' | 'checkServerIdentity'
>;

/** How {@link BusConnection} connects. */
export interface ConnectionSettings {
  /** One address, or several nodes as `parseBrokers` takes them. */
  readonly url: string;
  /** Shown by the broker's management tools. */
  readonly name: string;
  readonly declareTopology: boolean;
  readonly log: Logger;
  readonly clock: Clock;
  readonly tls?: BusTls;
  readonly onUnreached?: (broker: string, reason: string) => void;
}

/** Something that lives on the connection and is made again with it. */
export interface Member {
  /** Makes it on the connection that was just opened; never rejects. */
  connected(model: ChannelModel): Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
}

/** See the file's head. */
export class BusConnection {
  readonly settings: ConnectionSettings;
  readonly #nodes: BrokerNodes;
  readonly #members = new Set<Member>();
  readonly #listeners = new Set<(state: BusState) => void>();
  #socket: Readonly<Record<string, unknown>> = {};
  #recovering: RecoveringChannelModel | undefined;
  #model: ChannelModel | undefined;
  #state: BusState = 'disconnected';
  #failure = '';
  #recoveries = -1;
  #closed = false;

  constructor(settings: ConnectionSettings) {
    this.settings = settings;
    this.#nodes = new BrokerNodes(parseBrokers(settings.url));
  }

  get state(): BusState {
    return this.#state;
  }

  /** The open connection, also while its members are still being made. */
  get model(): ChannelModel | undefined {
    return this.#model;
  }

  /** How often the connection was lost and came back. */
  get recoveries(): number {
    return Math.max(0, this.#recoveries);
  }

  /**
   * Resolves at the first connection; retries for ever, for `deadlineMs`, or until `signal` is aborted.
   *
   * @throws AppError `bus-lost` with the last reason, when the deadline passed; `bus-closed` when it was aborted
   */
  async open(deadlineMs: number | undefined, signal?: AbortSignal): Promise<void> {
    const { name, tls, log } = this.settings;
    const nodes = this.#nodes;
    const pins = nodes.urls.flatMap((url) => pinOf(url) ?? []);
    const trust = pins.length === 0 ? undefined : new PinnedTrust(pins);
    await Promise.all(nodes.urls.map((url) => trust?.learn(placeOf(url))));
    this.#socket = { ...tls, ...trust?.options, noDelay: true, timeout: BUS_CONNECT_TIMEOUT_MS };
    const recovering = await connect(nodes.options, {
      ...this.#socket,
      clientProperties: { connection_name: name },
      recovery: {
        calculateDelay: (attempt) => retryDelayMs(attempt, nodes.urls.length),
        // Without it amqplib would try before anybody listens for its failures.
        waitForConnect: false,
        setup: (model: ChannelModel) => this.#setUp(model),
      },
    });
    this.#recovering = recovering;
    recovering.on('connect', () => {
      this.#recoveries += 1;
      this.#setState('connected');
    });
    recovering.on('disconnect', () => {
      nodes.next();
      this.#setState('disconnected');
    });
    recovering.on('error', (error) => log.debug({ reason: error.message }, 'bus connection error'));
    recovering.on('connect-failed', (error) => {
      const url = nodes.current;
      this.#failure = reasonOf(error, url);
      log.warn({ broker: hostOf(url), reason: this.#failure }, 'broker not reached');
      this.settings.onUnreached?.(hostOf(url), this.#failure);
      // It may have been away, or have another certificate with the same key.
      void trust?.learn(placeOf(url));
      nodes.next();
    });
    await this.#firstConnection(recovering, deadlineMs, signal);
  }

  /** Adds a member; it is made at once when there is a connection. @throws AppError `bus-closed` */
  async add(member: Member): Promise<void> {
    if (this.#closed) throw new AppError('bus-closed', 'The bus was closed.');
    this.#members.add(member);
    if (this.#model) await member.connected(this.#model);
  }

  /** The member is not made again. */
  remove(member: Member): void {
    this.#members.delete(member);
  }

  /** Tells each change of state; the result stops it. */
  onState(listener: (state: BusState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Declares the topology again, where this side may: somebody deleted a part of it. */
  async declareAgain(): Promise<void> {
    if (this.settings.declareTopology && this.#model) await this.#declare(this.#model);
  }

  /** Addresses of the nodes that it is not connected to. */
  get otherNodes(): readonly string[] {
    return this.#nodes.urls.filter((url) => url !== this.#nodes.current);
  }

  /** Does something on a short connection to one of the nodes; undefined where that does not answer. */
  async beside<T>(url: string, task: (model: ChannelModel) => Promise<T>): Promise<T | undefined> {
    const ended = Promise.withResolvers<undefined>();
    let model: ChannelModel | undefined;
    let cancel = () => {};
    try {
      const made = await connect(optionsOf(url), {
        ...this.#socket,
        clientProperties: { connection_name: `${this.settings.name} looks beside` },
      });
      model = made;
      made.on('error', () => undefined);
      made.on('close', () => ended.resolve(undefined));
      cancel = this.settings.clock.after(BUS_SETUP_MS_MAX, () => abort(made, 'no answer'));
      return await Promise.race([task(made), ended.promise]);
    } catch {
      return undefined;
    } finally {
      cancel();
      if (model) abort(model, 'done');
    }
  }

  /** The node that stands first in the address. */
  get firstNode(): string {
    return this.#nodes.urls[0];
  }

  /** Gives up the node of this connection, which is apart from its cluster, for another one. */
  leaveNode(model: ChannelModel, url: string): void {
    if (this.#model !== model) return;
    const broker = hostOf(this.#nodes.current);
    this.settings.log.error({ broker }, 'broker node is apart from its cluster: restart it');
    this.#nodes.goAfter(url);
    abort(model, 'the node is apart from its cluster');
  }

  /** Closes with all members; a broker that does not answer within `deadlineMs` is cut off. */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true;
    const model = this.#model;
    const cancel = this.settings.clock.after(deadlineMs, () => {
      if (model) abort(model, 'closing took too long');
    });
    await Promise.all([...this.#members].map((member) => member.close()));
    const gone = new Promise<void>((resolve) => {
      if (model) model.once('close', () => resolve());
      else resolve();
    });
    // amqplib's own promise stays open for ever when the link is cut before the broker's answer.
    await Promise.race([this.#recovering?.close(), gone]);
    cancel();
    this.#model = undefined;
    this.#setState('disconnected');
  }

  async #firstConnection(
    recovering: RecoveringChannelModel,
    deadlineMs: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const given = Promise.withResolvers<never>();
    const giveUp = () => given.reject(new AppError('bus-closed', 'It was told to end.'));
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) giveUp();
    let cancel = () => {};
    if (deadlineMs !== undefined) {
      cancel = this.settings.clock.after(deadlineMs, () => {
        const reason = this.#failure === '' ? 'no answer' : this.#failure;
        const places = this.#nodes.urls.map(hostOf).join(', ');
        given.reject(new AppError('bus-lost', `No broker at ${places}: ${reason}`));
      });
    }
    try {
      await Promise.race([recovering.waitForConnect(), given.promise]);
    } catch (error) {
      await this.close(0);
      throw error;
    } finally {
      cancel();
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async #setUp(model: ChannelModel): Promise<void> {
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => undefined);
    let lost: Error | undefined;
    // amqplib throws where nobody listens, and takes a setup that ended on a dead connection for one
    // that worked: then it never connects again.
    model.on('error', (error) => {
      lost ??= error;
    });
    model.on('close', (error) => {
      lost ??= error ?? new Error('Connection closed');
      ended.reject(lost);
      if (this.#model !== model) return;
      this.#model = undefined;
      this.#setState('disconnected');
    });
    // A node that has lost its cluster takes connections, and then answers nothing.
    const cancel = this.settings.clock.after(BUS_SETUP_MS_MAX, () => {
      abort(model, `the node did not declare queues and consumers within ${BUS_SETUP_MS_MAX} ms`);
    });
    const made = (async () => {
      if (this.settings.declareTopology) await this.#declare(model);
      if (lost) throw lost;
      this.#model = model;
      await Promise.all([...this.#members].map((member) => member.connected(model)));
      if (lost) throw lost;
    })();
    try {
      // Some of amqplib's promises stay open for ever when the connection ends, as that of a channel's close.
      await Promise.race([made, ended.promise]);
    } catch (error) {
      // Cut, not closed: amqplib would wait for the broker's answer, which a cut link never brings. It closes
      // what was not set up, and that waits for ever too unless the connection has ended before.
      abort(model, 'setting up failed');
      await ended.promise.catch(() => undefined);
      throw lost ?? error;
    } finally {
      cancel();
    }
  }

  async #declare(model: ChannelModel): Promise<void> {
    const away = await declareTopology(model);
    if (away.length > 0)
      this.settings.log.warn({ queues: away }, 'queues are on a node that is down');
  }

  #setState(state: BusState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }
}

/** Ends a connection without its closing handshake. */
function abort(model: ChannelModel, reason: string): void {
  // amqplib's types leave out the connection's stream; destroying it is the only way not to wait.
  const { stream } = model.connection as Connection & { readonly stream: Duplex };
  stream.destroy(new Error(reason));
}

/** A port that speaks TLS only closes before the first word, which amqplib shows without the reason. */
function reasonOf({ message }: Error, url: string): string {
  const isClosed = url.startsWith('amqp:') && message.includes('got <ConnectionClose');
  return isClosed ? 'the broker closed at once: it speaks TLS only, use amqps://' : message;
}

/**
 * Each node in turn is tried soon; the pause grows from round to round, to BUS_RECONNECT_MS_MAX. Half of it is
 * chance, so that those who lost the same node do not all come at once.
 */
function retryDelayMs(attempt: number, nodes: number): number {
  const round = Math.ceil(attempt / nodes);
  const pauseMs = Math.min(BUS_RECONNECT_MS_MAX / 1.5, BUS_RETRY_MS_MIN * 2 ** (round - 1));
  return pauseMs * (0.5 + Math.random());
}

/** The address without its password. */
function hostOf(url: string): string {
  return new URL(url).host;
}
