/**
 * Every bound of Apiary with its reason and what happens past it. Units are the last word of a name.
 */

const KiB = 1024;
const MiB = 1024 * KiB;

/** Raw bytes in one data message: large enough to amortise a confirm, small enough for the live path. */
export const MESSAGE_RAW_BYTES_MAX = 256 * KiB;
/** A data message's compressed body; incompressible input plus zstd's overhead. Past it: dead-lettered. */
export const MESSAGE_BODY_BYTES_MAX = 320 * KiB;
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
