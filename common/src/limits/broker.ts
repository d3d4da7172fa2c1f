/** Bounds of the broker, with their reasons. */

const KiB = 1024;
const MiB = 1024 * KiB;

/** Broker: one message's body. Past it: 406 on the channel, as RabbitMQ does (whose bound is 128 MiB). */
export const BROKER_MESSAGE_BYTES_MAX = 16 * MiB;
/** Broker: one frame; RabbitMQ's default. Past it: 501 and the connection is closed. */
export const BROKER_FRAME_BYTES_MAX = 128 * KiB;
/** Broker: one frame of a client that has not signed in yet, so that strangers cannot make it buffer. */
export const BROKER_HANDSHAKE_FRAME_BYTES_MAX = 8 * KiB;
/** Broker: time for the whole handshake. Past it the socket is closed. */
export const BROKER_HANDSHAKE_MS = 10_000;

/** Broker: time for a peer to answer `connection.close`. Past it the socket is destroyed. */
export const BROKER_CLOSE_MS = 3_000;
/** Broker: connections at once. Past it new sockets are closed and counted. */
export const BROKER_CONNECTIONS_MAX = 4_096;
/**
 * Broker: connections at once that nobody has signed in on; a fleet of 1,000 Bees that returns together is through in
 * well under a second. Past it the one that waited longest is closed and counted.
 */
export const BROKER_STRANGERS_MAX = 512;
/** Connections of the Bees' account; the rest is the Hive's. Past it a Bee is refused with the reason. */
export const BEE_CONNECTIONS_MAX = 3_968;
/** RabbitMQ: channels of the Bees' account, four for each connection. Past it no channel opens. */
export const BEE_CHANNELS_MAX = 4 * BEE_CONNECTIONS_MAX;
/** An answer of RabbitMQ's management API. Past it `broker setup` takes it for missing. */
export const MANAGEMENT_MS_MAX = 10_000;
/** Broker: channels of one connection; RabbitMQ's default. Past it: 530. */
export const BROKER_CHANNELS_MAX = 2_047;
/** Broker: queues. Past it: 406. */
export const BROKER_QUEUES_MAX = 20_000;
/** Broker: exchanges. Past it: 406. */
export const BROKER_EXCHANGES_MAX = 20_000;
/** Broker: bindings of one exchange. Past it: 406. */
export const BROKER_BINDINGS_MAX = 50_000;
/** Broker: consumers of one channel. Past it: 406. */
export const BROKER_CONSUMERS_MAX = 1_000;
/** Broker: deliveries of one channel that wait for an acknowledgement when no prefetch is set. Past it: it waits. */
export const BROKER_UNACKED_MAX = 50_000;
/** Broker: nesting of field tables. Past it: 502; deeper ones would only be there to exhaust the stack. */
export const BROKER_TABLE_DEPTH_MAX = 32;
/** Broker: bytes of one connection waiting in its socket. Past it: no deliveries, and its input is not read. */
export const BROKER_OUTPUT_BYTES_MAX = 1 * MiB;
/** Direct replies that wait for their asker to read, per connection; nothing but the asker can make room. Past it: dropped, counted. */
export const BROKER_REPLY_BYTES_MAX = 64 * MiB;
/** Broker: what it may hold in memory by default. Past it publishers are told `connection.blocked`. */
export const BROKER_MEMORY_BYTES_MAX = 256 * MiB;
/** Broker: what one message costs beside its content, counted so that tiny messages are bounded too. */
export const BROKER_MESSAGE_OVERHEAD_BYTES = 512;
/** Broker: bytes read ahead of a queue's consumers from the log. */
export const BROKER_READ_AHEAD_BYTES = 2 * MiB;
/** Broker: bytes that wait to be written to the log. Past it publishers' sockets are not read. */
export const BROKER_LOG_PENDING_BYTES_MAX = 32 * MiB;
/** Broker: bytes written to the log in one batch; bounds how far a segment may outgrow its size. */
export const BROKER_LOG_BATCH_BYTES_MAX = 8 * MiB;
/** Broker: size at which a log segment is full; small enough to be freed soon, and to be read whole at start. */
export const BROKER_SEGMENT_BYTES = 32 * MiB;
/** Broker: what the log may take on disk by default. Past it publishers are blocked until acks free some. */
export const BROKER_DISK_BYTES_MAX = 64 * 1024 * MiB;
/** Broker: how long acks alone may wait before they are written to the log (kill -9 redelivers at most these). */
export const BROKER_SETTLE_WAIT_MS = 10;
/** Broker: pause before a failed write to the log is tried again; publishers are blocked meanwhile. */
export const BROKER_LOG_RETRY_MS = 1_000;
/** Broker: entries of an `x-death` header. Past it the oldest are dropped. */
export const BROKER_DEATHS_MAX = 64;
/** Broker: exchanges that one publish may pass through by bindings and alternates. Past it routing stops. */
export const BROKER_ROUTING_HOPS_MAX = 1_000;
/** Broker: messages expired or dropped in one turn of the event loop, so that others are served meanwhile. */
export const BROKER_EXPIRY_BATCH = 256;
