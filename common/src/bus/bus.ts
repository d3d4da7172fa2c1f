/**
 * The bus as components see it: confirmed publishing with a bounded window, consuming, request and
 * reply, events, and live results. The one implementation speaks AMQP 0-9-1 through amqplib.
 *
 * Everything here survives a cut connection: subscriptions are made again, unconfirmed publishes are
 * sent again (so a receiver may see a message twice), pending calls fail with `bus-lost`.
 */

/** What a header may hold. */
export type HeaderValue = string | number | boolean;

/** A message on its way out. */
export interface OutgoingMessage {
  /** An exchange of the topology, or `''` for a queue by its name. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  /** The message's kind, e.g. `handshake` or `data`. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** Survives a restart of the broker where the queue is durable. Default true. */
  readonly persistent?: boolean;
  /** Dropped by the broker when it waited longer. */
  readonly expirationMs?: number;
  readonly correlationId?: string;
  readonly replyTo?: string;
}

/** A message that came in. Exactly one of `ack` and `requeue` is called once, unless `noAck`. */
export interface Delivery {
  readonly body: Buffer;
  readonly exchange: string;
  readonly routingKey: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly redelivered: boolean;
  readonly correlationId: string | undefined;
  readonly replyTo: string | undefined;
  /** Done with it. Without effect once the connection it came by is gone (it comes again). */
  ack(): void;
  /** Give it back to the queue. */
  requeue(): void;
}

/** How a queue is consumed. */
export interface ConsumeOptions {
  /** Deliveries that may be unacknowledged at once. */
  readonly prefetch: number;
  /** Called each time consuming begins, also after a recovery; a server-named queue has a new name then. */
  readonly onReady?: (queue: string) => void;
}

/** Something that was subscribed to. */
export interface Subscription {
  /** Stops; deliveries that are not acknowledged go back to the queue. */
  cancel(): Promise<void>;
}

/** Who asks: told to every RPC handler and written to the audit log. */
export interface Actor {
  readonly kind: 'user' | 'component' | 'local';
  readonly id: string;
  readonly name: string;
  readonly role: 'admin' | 'editor' | 'viewer' | 'system';
}

/** A request as its handler sees it. */
export interface RpcRequest {
  /** `component.action`. */
  readonly action: string;
  readonly actor: Actor;
  readonly body: unknown;
  /** Aborted when the deadline passes or the caller says that it no longer listens. */
  readonly signal: AbortSignal;
}

/** Answers a request with one value, or with a stream of parts. */
export type RpcHandler = (request: RpcRequest) => Promise<unknown> | AsyncIterable<unknown>;

/** How a call is made. */
export interface CallOptions {
  readonly actor: Actor;
  /** From now. Default RPC_DEADLINE_MS. */
  readonly deadlineMs?: number;
  /** How long until whoever is asked says that it has begun, where that is less than the deadline. Streams only. */
  readonly acceptMs?: number;
  /** Gives up early; the handler is told. */
  readonly signal?: AbortSignal;
}

/** The instances of one component, or one of them. */
export interface RpcAddress {
  readonly component: string;
  readonly instance?: string;
}

/** Request and reply. */
export interface BusRpc {
  /** Answers on the component's shared queue and, with an instance, on that instance's own as well. */
  serve(address: RpcAddress, handler: RpcHandler): Promise<Subscription>;
  /**
   * Asks one member and waits for its answer.
   *
   * @throws AppError `component-missing` at once when nobody serves the address; `deadline-passed`;
   * `bus-lost`; `too-many`; or the handler's own error with its code and details.
   */
  call(address: RpcAddress, action: string, body: unknown, options: CallOptions): Promise<unknown>;
  /** The same for an answer in parts, in order. Leaving the loop early tells the handler. */
  stream(
    address: RpcAddress,
    action: string,
    body: unknown,
    options: CallOptions,
  ): AsyncIterable<unknown>;
}

/** An event for screens and caches: nothing is kept, nobody's correctness depends on it. */
export interface BusEvent {
  /** `agent.joined`, `document.changed.<collection>`, … */
  readonly name: string;
  readonly body: unknown;
}

/** Events on the topic exchange. */
export interface BusEvents {
  /** Sends; never rejects: an event that finds no broker is dropped and counted. */
  emit(name: string, body: unknown): void;
  /** Subscribes to a topic pattern (`agent.*`, `document.changed.#`). */
  on(pattern: string, handler: (event: BusEvent) => void): Promise<Subscription>;
}

/** Results of standing queries: one fanout exchange for each, on a channel of their own. */
export interface BusLive {
  /**
   * Opens a query for publishing from this bus; other buses may open it, too. Its exchange goes with the
   * last of its openers (by `close` or with their connection) and listeners.
   */
  open(queryId: string): Promise<void>;
  close(queryId: string): Promise<void>;
  /** Sends to all listeners of a query that is open here; else counts it as dropped. Never waits or throws. */
  publish(queryId: string, body: Buffer): void;
  /** Listens with a bounded queue (oldest dropped); gaps show in the messages' own sequence numbers. */
  listen(queryId: string, handler: (body: Buffer) => void): Promise<Subscription>;
}

/** Whether the broker can be reached right now. */
export type BusState = 'connected' | 'disconnected';

/** The whole bus. */
export interface Bus {
  readonly state: BusState;
  /** Told at each change of {@link Bus.state}; the result stops it. */
  onState(listener: (state: BusState) => void): () => void;
  /**
   * Publishes with `mandatory` and resolves once the broker has taken responsibility. Waits its turn
   * when PUBLISH_WINDOW messages are unconfirmed.
   *
   * @throws AppError `unroutable`, `broker-refused`, `too-many`, or `bus-closed`. A lost connection is
   * no error: the message is sent again after recovery, until `signal` is aborted (then rejects with
   * its reason). An exchange that does not exist is waited for; other exchanges go on meanwhile.
   */
  publish(message: OutgoingMessage, signal?: AbortSignal): Promise<void>;
  /** Consumes a queue of the topology. A rejected handler leaves the delivery unacknowledged and is logged. */
  consume(
    queue: string,
    options: ConsumeOptions,
    handler: (delivery: Delivery) => void | Promise<void>,
  ): Promise<Subscription>;
  /** Consumes a new server-named exclusive queue, such as a Bee's command queue. */
  consumeOwn(
    options: ConsumeOptions,
    handler: (delivery: Delivery) => void | Promise<void>,
  ): Promise<Subscription>;
  /**
   * Messages that wait in queues of the topology, by name; what a broker does not tell is left out.
   *
   * @throws AppError `bus-lost`
   */
  depths(queues: readonly string[]): Promise<ReadonlyMap<string, number>>;
  readonly rpc: BusRpc;
  readonly events: BusEvents;
  readonly live: BusLive;
  /** Waits for unconfirmed publishes (at most `deadlineMs`, default 2000), then closes. */
  close(deadlineMs?: number): Promise<void>;
}
