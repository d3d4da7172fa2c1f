/**
 * What exists on the broker, as data. Hive's processes declare all of it when they connect; a Bee has
 * no right to and only uses it. Queues and exchanges made at run time (a Bee's own queue, an RPC queue,
 * a live query's exchange) are made where they are used.
 */

/** An exchange of the topology. */
export interface ExchangeDeclaration {
  readonly name: string;
  readonly type: 'direct' | 'topic' | 'fanout';
  readonly durable: boolean;
}

/** A queue of the topology with its bindings. */
export interface QueueDeclaration {
  readonly name: string;
  readonly durable: boolean;
  /** Quorum queues live on several nodes of a cluster, and keep the broker's memory bounded under a backlog. */
  readonly quorum: boolean;
  readonly bindings: readonly { readonly exchange: string; readonly routingKey: string }[];
}

/** Names of the exchanges. */
export const EXCHANGE = {
  blocks: 'apiary.blocks',
  fromAgents: 'apiary.from-agents',
  rpc: 'apiary.rpc',
  events: 'apiary.events',
  dead: 'apiary.dead',
  quarantine: 'apiary.quarantine',
  deliveries: 'sting.deliveries',
} as const;

/** Names of the queues. */
export const QUEUE = {
  blocks: 'honeycomb.blocks',
  agentManager: 'agentmanager.inbox',
  agentMonitor: 'agentmonitor.inbox',
  dead: 'apiary.dead',
  quarantine: 'apiary.quarantine',
  deliveries: 'sting.deliveries',
} as const;

/** Routing keys on `apiary.from-agents`. */
export const FROM_AGENT_KEY = {
  handshake: 'handshake',
  heartbeat: 'heartbeat',
  reply: 'reply',
} as const;

/** The routing key of log data on `apiary.blocks`. */
export const BLOCKS_KEY = 'data';

/** The exchange that carries the results of one standing query. */
export function liveExchange(queryId: string): string {
  return `apiary.live.${queryId}`;
}

/** Every exchange that is always there. */
export const EXCHANGES: readonly ExchangeDeclaration[] = [
  { name: EXCHANGE.blocks, type: 'direct', durable: true },
  { name: EXCHANGE.fromAgents, type: 'direct', durable: true },
  { name: EXCHANGE.rpc, type: 'direct', durable: false },
  { name: EXCHANGE.events, type: 'topic', durable: true },
  { name: EXCHANGE.dead, type: 'fanout', durable: true },
  { name: EXCHANGE.quarantine, type: 'fanout', durable: true },
  { name: EXCHANGE.deliveries, type: 'direct', durable: true },
];

/** Every queue that is always there. */
export const QUEUES: readonly QueueDeclaration[] = [
  {
    name: QUEUE.blocks,
    durable: true,
    quorum: true,
    bindings: [{ exchange: EXCHANGE.blocks, routingKey: BLOCKS_KEY }],
  },
  {
    name: QUEUE.agentManager,
    durable: true,
    quorum: true,
    bindings: [
      { exchange: EXCHANGE.fromAgents, routingKey: FROM_AGENT_KEY.handshake },
      { exchange: EXCHANGE.fromAgents, routingKey: FROM_AGENT_KEY.reply },
    ],
  },
  {
    name: QUEUE.agentMonitor,
    durable: true,
    quorum: true,
    bindings: [{ exchange: EXCHANGE.fromAgents, routingKey: FROM_AGENT_KEY.heartbeat }],
  },
  {
    name: QUEUE.dead,
    durable: true,
    quorum: true,
    bindings: [{ exchange: EXCHANGE.dead, routingKey: '' }],
  },
  {
    name: QUEUE.quarantine,
    durable: true,
    quorum: true,
    bindings: [{ exchange: EXCHANGE.quarantine, routingKey: '' }],
  },
  {
    name: QUEUE.deliveries,
    durable: true,
    quorum: true,
    bindings: [{ exchange: EXCHANGE.deliveries, routingKey: 'delivery' }],
  },
];

/**
 * What a Bee's broker account may do, as RabbitMQ's regular expressions: write log data and its own control
 * messages, and use the server-named queues that it made itself. RPC, events and other queues are closed to it.
 */
export const BEE_PERMISSIONS = {
  configure: '^amq\\.gen-.*$',
  write: '^apiary\\.(blocks|from-agents)$',
  read: '^amq\\.gen-.*$',
} as const;

const HIVE_NAMES = '(amq\\.gen-|(apiary|agentmanager|agentmonitor|honeycomb|sting)\\.)';

/**
 * What the Hive's broker account may do: everything with Apiary's own exchanges and queues, those of run time
 * among them, and answer through the default exchange. Whatever else lives on that virtual host is closed to it.
 */
export const HIVE_PERMISSIONS = {
  configure: `^${HIVE_NAMES}`,
  write: `^(amq\\.default$|${HIVE_NAMES})`,
  read: `^${HIVE_NAMES}`,
} as const;
