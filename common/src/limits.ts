/**
 * Every bound of Apiary with its reason and what happens past it. Units are the last word of a name.
 */

const KiB = 1024;
const MiB = 1024 * KiB;

/** Raw bytes in one data message: large enough to amortise a confirm, small enough for the live path. */
export const MESSAGE_RAW_BYTES_MAX = 256 * KiB;
/** A data message's compressed body; incompressible input plus zstd's overhead. Past it: dead-lettered. */
export const MESSAGE_BODY_BYTES_MAX = 320 * KiB;
/** Names, tags and run heads in one data message, so that the body's bound holds for any path. */
export const MESSAGE_HEAD_BYTES_MAX = 48 * KiB;
/** A data message decompressed: data, heads, and two lengths for each record. Past it: dead-lettered. */
export const MESSAGE_DECODED_BYTES_MAX = 1 * MiB;
/** Runs in one data message. Past it Bee starts the next message. */
export const MESSAGE_RUNS_MAX = 1024;
/** Data messages of one Bee that wait for a confirm. At the bound Bee stops reading. */
export const UNCONFIRMED_MESSAGES_MAX = 8;
/** How long Bee lets lines wait for company while something is unconfirmed. */
export const BATCH_WAIT_MS = 50;
/** One control message (handshake, heartbeat, reply). Past it: dead-lettered. */
export const CONTROL_MESSAGE_BYTES_MAX = 1 * MiB;
/** Publishes on one bus that wait for a confirm; further callers wait for their turn. */
export const PUBLISH_WINDOW = 512;
/** Callers that may wait for a place in the publish window. Past it: `too-many`. */
export const PUBLISH_WAITING_MAX = 10_000;
/** RPC calls of one process that wait for an answer. Past it: `too-many`. */
export const RPC_PENDING_MAX = 4096;
/** Deadline of an RPC that names none. */
export const RPC_DEADLINE_MS = 10_000;
/** Live results that a listener's queue keeps (drop-head past it, and the listener is told). */
export const LIVE_QUEUE_MESSAGES_MAX = 1_000;
/** Heartbeats from a Bee come this often; three missed ones make it dead. */
export const HEARTBEAT_INTERVAL_MS = 2_000;
/** Missed heartbeats until an agent is called dead. */
export const HEARTBEATS_MISSED_MAX = 3;
/** Targets of one agent. */
export const TARGETS_PER_AGENT_MAX = 1_000;
/** Agents that wait for approval. Past it unknown Bees are turned away with a reason. */
export const PENDING_AGENTS_MAX = 1_000;
/** Data of one unapproved agent kept in quarantine. Beyond: counted, with an event. */
export const QUARANTINE_AGENT_BYTES_MAX = 16 * MiB;
/** Data of all unapproved agents kept in quarantine. */
export const QUARANTINE_BYTES_MAX = 1024 * MiB;
/** Raw bytes of an open chunk when it is sealed. */
export const CHUNK_RAW_BYTES = 8 * MiB;
/** One section of a chunk as stored (MongoDB's document limit is 16 MB). */
export const SECTION_BYTES_MAX = 8 * MiB;
/** Bytes of a generation's newest pieces that keep a CRC for comparison. */
export const PIECE_MEMORY_BYTES = 64 * MiB;
/** One record as assembled from its parts. Longer lines are stored as several records. */
export const RECORD_BYTES_MAX = 4 * MiB;
/** Records in one page of a search. */
export const SEARCH_LIMIT_MAX = 10_000;
/** Deadline of a search that names none. */
export const SEARCH_DEADLINE_MS = 30_000;
/** Buckets of a histogram. */
export const HISTOGRAM_BUCKETS_MAX = 500;
/** Standing queries registered at once. */
export const STANDING_QUERIES_MAX = 5_000;
/** A standing query's lease; whoever listens renews it at a third of this. */
export const STANDING_LEASE_MS = 30_000;
/** Watermarks of a live query come this often while commits flow. */
export const WATERMARK_INTERVAL_MS = 1_000;
/** Sockets that one Queen serves. */
export const SOCKETS_MAX = 2_000;
/** The one-time sign-in link's life. */
export const SIGN_IN_LINK_MS = 15 * 60_000;

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
/** A browser's session; it ends this long after the sign-in, whatever is done meanwhile. */
export const SESSION_MS = 14 * 24 * 3600_000;
/** Sessions kept. Past it the oldest are signed out. */
export const SESSIONS_MAX = 1_000;
/** One-time links that wait for their use. Past it the oldest die. */
export const SIGN_IN_LINKS_MAX = 100;
/** A request's body on Queen's API: 10,000 target ids fit. Past it: `too-large`. */
export const HTTP_BODY_BYTES_MAX = 1 * MiB;
/** Text of the records in a search answered as one JSON document. Past it: `too-large`; NDJSON streams. */
export const SEARCH_JSON_BYTES_MAX = 64 * MiB;
/** Searches that one Queen runs at once for all its clients. Past it: `too-many`. */
export const SEARCHES_MAX = 256;
/** Searches that one socket runs at once. Past it: `too-many`. */
export const SOCKET_SEARCHES_MAX = 8;
/** Tails of one socket. Past it: `too-many`. */
export const SOCKET_TAILS_MAX = 16;
/** Different tail queries of one Queen; equal ones share a standing query. Past it: `too-many`. */
export const TAIL_QUERIES_MAX = 1_000;
/** One message from a socket: a query and its range. Past it the socket is closed. */
export const SOCKET_MESSAGE_BYTES_MAX = 64 * KiB;
/** Records that wait for a slow socket, all its tails together. Past it the oldest count as missed. */
export const SOCKET_BACKLOG_BYTES_MAX = 2 * MiB;
/** Requests of a socket that reads no answers. Past it the socket is closed. */
export const SOCKET_UNREAD_REQUESTS_MAX = 256;
/** Under load a tail's records are sent at most this often; when idle at once. */
export const TAIL_BATCH_INTERVAL_MS = 20;
/** Records in one batch of a tail. */
export const TAIL_BATCH_RECORDS_MAX = 1_000;
/** Records fetched to fill a gap in a tail. Past it they are counted as missed. */
export const TAIL_FILL_RECORDS_MAX = 1_000;
/** Changes of agents are read again at most this often, however many events come. */
export const AGENTS_REFRESH_INTERVAL_MS = 250;
/** Honeycomb instances whose ingest rates are added up; a rate older than this no longer counts. */
export const RATE_LIFE_MS = 5_000;
/** See RATE_LIFE_MS. Past it further instances are not counted. */
export const RATE_INSTANCES_MAX = 256;
