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
/** Publishes of one bus to one exchange that wait for a confirm; further callers wait for their turn. */
export const PUBLISH_WINDOW = 512;
/** Callers that may wait for a place in the publish window. Past it: `too-many`. */
export const PUBLISH_WAITING_MAX = 10_000;
/** Exchanges that one bus publishes to, each with a channel and a window. Past it: `too-many`. */
export const PUBLISH_EXCHANGES_MAX = 64;
/** A connection attempt with its handshake; past it the attempt failed and the next one follows. */
export const BUS_CONNECT_TIMEOUT_MS = 10_000;
/** AMQP heartbeat. A silent connection counts as lost after two of them. */
export const BUS_HEARTBEAT_SECONDS = 10;
/** First pause before a lost connection or a closed channel is made again; it doubles from there. */
export const BUS_RETRY_MS_MIN = 100;
/** Longest pause between attempts to reach the broker. */
export const BUS_RECONNECT_MS_MAX = 5_000;
/** Longest pause between attempts to open a channel again: a Bee that came before Hive waits for it. */
export const BUS_CHANNEL_RETRY_MS_MAX = 2_000;
/** How long closing a bus waits for unconfirmed publishes; what is left is rejected. */
export const BUS_CLOSE_DEADLINE_MS = 2_000;
/** Requests that one server of an RPC address works on at once. Past it: `too-many`. */
export const RPC_RUNNING_MAX = 1_024;
/** A request that may be cancelled is told to be accepted after this, unless its answer has begun, which tells as much. */
export const RPC_ACCEPT_MS = 20;
/** Parts of a streamed answer that its caller has not taken yet; at the bound the handler waits. */
export const RPC_STREAM_WINDOW = 64;
/** Parts go in one message up to so much JSON, and a larger one by itself. */
export const RPC_PARTS_BYTES = 64 * KiB;
/** How long a part waits for others that go with it. */
export const RPC_PARTS_WAIT_MS = 10;
/** One request, answer or part as JSON: RabbitMQ 4's own limit of a message. Past it: `too-large`. */
export const RPC_MESSAGE_BYTES_MAX = 16 * MiB;
/** How long a server that stops lets running requests finish before it aborts them. */
export const RPC_STOP_GRACE_MS = 1_000;
/** Events that the queue of one subscriber keeps (drop-head past it). */
export const EVENT_QUEUE_MESSAGES_MAX = 10_000;
/** Events or live results on their way to one subscriber; the rest waits in its bounded queue. */
export const LISTENER_PREFETCH = 64;
/** Subscribers to events or live results on one bus: each is a channel, RabbitMQ allows 2,047. */
export const LISTENERS_MAX = 1_000;
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
/** How long SQLite waits for another process's write. Past it: the write fails (`store-busy`). */
export const SQLITE_BUSY_TIMEOUT_MS = 5_000;
/** Pause before a new database file is looked at again that another process is setting up. */
export const SQLITE_RETRY_MS = 20;
/** SQLite's page cache of the chunk store; its reads are mostly large and come once. */
export const CHUNK_STORE_CACHE_KIB = 4 * KiB;
/** Pieces of one generation that keep a checksum: what small messages leave of PIECE_MEMORY_BYTES. */
export const PIECES_PER_GENERATION_MAX = 1024;
/** One record as assembled from its parts. Longer lines are stored as several records. */
export const RECORD_BYTES_MAX = 4 * MiB;
/** Records of an open chunk when it is sealed, though they be short: columns cost about 40 bytes each. */
export const CHUNK_RECORDS_MAX = 262_144;
/** An open chunk that nothing was added to for this long is sealed. */
export const CHUNK_IDLE_MS = 10 * 60_000;
/** Chunks that wait to be sealed. At the bound ingest waits. */
export const FROZEN_CHUNKS_MAX = 4;
/** Bytes of unfinished records that go on in the next open chunk. Past it they are sealed as they are. */
export const CARRIED_BYTES_MAX = 16 * MiB;
/** Raw bytes of one frame of a plain chunk: compresses well, and is decoded in a few milliseconds. */
export const PLAIN_FRAME_BYTES = 2 * MiB;
/** Raw bytes of one group commit: a commit holds up everything else for some 20 ms at most. */
export const COMMIT_RAW_BYTES_MAX = 2 * MiB;
/** Deliveries that one honeycomb takes before it acks: two full commits and many small messages. */
export const BLOCKS_PREFETCH = 128;
/** Pause before a commit that failed is tried again; doubles up to STORE_RETRY_MS_MAX. */
export const STORE_RETRY_MS_MIN = 1_000;
/** See STORE_RETRY_MS_MIN. */
export const STORE_RETRY_MS_MAX = 30_000;
/** Agents whose data is in quarantine. Past it data of others is dropped, counted and announced. */
export const QUARANTINE_AGENTS_MAX = 4_096;
/** A reason in a header of a dead letter; the header frame must fit in the broker's smallest frame. */
export const HEADER_TEXT_CHARS_MAX = 1_024;
/** The ingest rate is told this often while it changes. */
export const INGEST_RATE_INTERVAL_MS = 1_000;
/** Records of a live message, as JSON; one commit of one message may be larger. */
export const LIVE_PART_BYTES_MAX = 256 * KiB;
/** Bodies that filling a listener's gap may hold at once. Past it: `too-large`. */
export const MISSED_BYTES_MAX = 64 * MiB;
/** Searches that one honeycomb runs at once. Past it: `too-many`. */
export const HONEYCOMB_SEARCHES_MAX = 64;
/** Time that a long computation takes before it gives way to ingest. */
export const TURN_MS_MAX = 8;
/** Bodies in one page of a search. Past it the page ends early and says where to go on. */
export const SEARCH_PAGE_BYTES_MAX = 64 * MiB;
/** Records in one part of an answer. */
export const SEARCH_PART_RECORDS_MAX = 500;
/** Bodies in one part of an answer; one record may be larger. */
export const SEARCH_PART_BYTES_MAX = 256 * KiB;
/** Hosts that a search tells apart when it counts them. Past it the count stands still. */
export const SEARCH_HOSTS_MAX = 100_000;
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
/** A browser's session; it ends this long after the sign-in, whatever is done meanwhile. */
export const SESSION_MS = 14 * 24 * 3600_000;
/** Sessions kept. Past it the oldest are signed out. */
export const SESSIONS_MAX = 1_000;
/** One-time links that wait for their use. Past it the oldest die. */
export const SIGN_IN_LINKS_MAX = 100;
/** TCP connections of one Queen: all sockets and as many requests. Past it new ones are closed. */
export const HTTP_CONNECTIONS_MAX = 4_000;
/** Assets of the web UI that are kept compressed, before compression. Past it they are sent plain. */
export const COMPRESSED_ASSETS_BYTES_MAX = 16 * MiB;
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
/** How long live results may still be on their way that an answer of honeycomb has overtaken. */
export const LIVE_OVERTAKEN_MS = 500;
/** Changes of agents are read again at most this often, however many events come. */
export const AGENTS_REFRESH_INTERVAL_MS = 250;
/** Honeycomb instances whose ingest rates are added up; a rate older than this no longer counts. */
export const RATE_LIFE_MS = 5_000;
/** See RATE_LIFE_MS. Past it further instances are not counted. */
export const RATE_INSTANCES_MAX = 256;
/** UTF-16 code units of a query's text. Past it: an error at the end of what fits. */
export const QUERY_LENGTH_MAX = 16 * KiB;
/** Parentheses and NOTs inside one another; bounds the recursion of everything that walks a query. */
export const QUERY_DEPTH_MAX = 64;
/** Nodes of a query's tree; bounds what each line costs. */
export const QUERY_NODES_MAX = 2_000;
/** `"a b"~n`: more than this many moves mean "anywhere in the line". Past it: an error. */
export const QUERY_SLOP_MAX = 1_000;
/** Rows that a browser tab holds. Past it the oldest leave, and the list says so. */
export const LOG_ROWS_MAX = 100_000;
/** Live lines that wait while a person reads. Past it they are counted, and fetched on return. */
export const LIVE_PENDING_MAX = 10_000;
/** Rows of the first page of a search in the browser: a few screens, so that paint comes first. */
export const LOG_PAGE_ROWS = 500;
/** Rows of each further page. */
export const LOG_OLDER_PAGE_ROWS = 2_000;
/** Levels and histogram are counted anew this long after lines were left out of a live answer. */
export const LIVE_RECOUNT_MS = 2_000;
/** Least time between two paints of live lines: half of it is added to the median wait of a line. */
export const LIVE_PAINT_MS = 30;
/** The same while more lines come than a person reads one by one: ten paints a second look as fluent. */
export const LIVE_BURST_PAINT_MS = 100;
/** Lines of one paint from which on the next one takes its time: about a list's height. */
export const LIVE_BURST_LINES = 25;
/** How long the browser waits for the acknowledgement of a live request. */
export const LIVE_REQUEST_MS = 10_000;
/** Buckets that the browser asks for: each about 12 px wide on a large screen. */
export const HISTOGRAM_TARGET_BUCKETS = 90;
/** Queries that the browser remembers. Past it the oldest goes. */
export const QUERY_HISTORY_MAX = 50;
/** Characters of a line that a closed row draws; the open row has all of them. */
export const ROW_CHARACTERS_MAX = 2_000;
/** Characters of a line that the open row draws at first; the rest comes on request. */
export const OPEN_ROW_CHARACTERS_MAX = 100_000;
/** How long an act can be undone from its notice. */
export const UNDO_MS = 10_000;
/** Rows of a fleet table that are drawn at first; the rest comes on request. */
export const FLEET_ROWS_MAX = 300;
/** Documents in one page of a find; a caller that wants more asks for the next page. */
export const DOCUMENTS_PAGE_MAX = 1_000;
/** Document writes in one transaction, so that other processes get their turn in between. */
export const DOCUMENT_WRITES_PER_COMMIT_MAX = 1_000;
/** Document writes of one process that wait for their transaction. Past it: `too-many`. */
export const DOCUMENT_WRITES_WAITING_MAX = 50_000;
/** Changed documents that a cache has yet to read one by one. Past it: it reads the collection again. */
export const CACHE_DIRTY_MAX = 1_000;
/** A cache whose store could not be read tries again after this. */
export const CACHE_RETRY_MS = 1_000;
/** Characters of a line in which its level is looked for: levels stand at the head. */
export const LEVEL_SEARCH_MAX = 256;
/** Spans that one record's highlights have at most; the rest of a line stays plain. */
export const HIGHLIGHTS_MAX = 500;
/** Elements of one field (of an array in a line) that are compared. The rest is not seen by queries. */
export const FIELD_VALUES_MAX = 64;
/** JSON nesting that is read as fields; deeper members are text of the line only. */
export const FIELD_DEPTH_MAX = 16;
/** Files that one Bee holds open at once (a descriptor each). Past it: the target says so. */
export const OPEN_FILES_MAX = 4096;
/** Names that one look at a target's folders walks over. Past it: the target says so. */
export const WALK_ENTRIES_MAX = 200_000;
/** Generations that a Bee's checkpoint remembers; past it the ones seen longest ago are forgotten. */
export const CHECKPOINT_GENERATIONS_MAX = 20_000;
/** A Bee writes its checkpoint at most this often; more often costs an fsync each, less re-sends more. */
export const CHECKPOINT_INTERVAL_MS = 1_000;
/** A last line without its newline is sent after this silence; shorter would cut lines being written. */
export const UNFINISHED_LINE_MS = 5_000;
/** Lines of one record that multi-line joins. Past it the rest is the next record. */
export const MULTILINE_LINES_MAX = 1_000;
/** Bytes of one such record; it fits in a data message beside others. */
export const MULTILINE_BYTES_MAX = 128 * KiB;
/**
 * A record whose next line may belong to it waits so long for it. Java's printStackTrace, Go's panic and CPython's print_exc
 * make a system call for each line or two, and a container with a CPU quota may stand still between two of them for the rest
 * of the kernel's period of 100 ms.
 */
export const MULTILINE_WAIT_MS = 200;
/**
 * The same for one line that only by its words may have a trace behind it: errors shall not be late for that. Loggers write
 * a message and its trace with one system call, so nothing can come between them.
 */
export const TRACE_BEGIN_WAIT_MS = 60;
/** What a target without a file may keep on disk for the broker. Past it senders wait or are refused. */
export const SPOOL_BYTES_MAX = 256 * MiB;
/** Records of one spool on their way to the disk. Past it: as SPOOL_BYTES_MAX. */
export const SPOOL_PENDING_BYTES_MAX = 8 * MiB;
/** A spool's file; it goes as a whole when all of it is confirmed. */
export const SPOOL_SEGMENT_BYTES = 4 * MiB;
/** A spool's file that is confirmed is replaced at this size already: a restart sends it again. */
export const SPOOL_SEGMENT_SETTLED_BYTES = 256 * KiB;
/** A record's bytes in one frame of a spool; two of them fit in a data message. */
export const SPOOL_FRAME_BODY_BYTES_MAX = 120 * KiB;
/** One record that comes by a socket or a pipe. Longer ones become several records. */
export const RECEIVED_RECORD_BYTES_MAX = 1 * MiB;
/** Connections to one target that listens. Past it new ones are closed. */
export const LISTENER_CONNECTIONS_MAX = 512;
/** A request's body at a target that listens, compressed and not. Past it: 413. */
export const RECEIVED_BODY_BYTES_MAX = 8 * MiB;
/** An input that failed (port busy, program missing, source gone) tries again after this. */
export const INPUT_RETRY_MS = 5_000;
/** Disks and file systems that `metrics:` tells of at each interval; the rest is left out. */
export const METRICS_DISKS_MAX = 64;
/** Network interfaces that `metrics:` tells of; container hosts have hundreds. */
export const METRICS_INTERFACES_MAX = 64;
/** Output of one run of a check. Past it: cut. */
export const CHECK_OUTPUT_BYTES_MAX = 16 * KiB;
/** Arguments of one check. Past it: `target-invalid`. */
export const CHECK_ARGUMENTS_MAX = 32;
/** Containers that one `docker:` target follows: their positions fit in one cursor. Past it: told. */
export const DOCKER_CONTAINERS_MAX = 96;
/** One answer of Docker's socket that is no stream. */
export const DOCKER_ANSWER_BYTES_MAX = 4 * MiB;
/** Chunks of one GELF message, by its specification. Past it: ignored. */
export const GELF_CHUNKS_MAX = 128;
/** GELF messages that wait for chunks. Past it the oldest is forgotten. */
export const GELF_CHUNKED_MAX = 256;
/** How long they wait, by GELF's specification. */
export const GELF_CHUNK_WAIT_MS = 5_000;
/** Ids of chunks that one `fluent:` target remembers, to store repeats once. Past it the oldest goes. */
export const FLUENT_CHUNKS_REMEMBERED = 10_000;
/** Drops of one input are told to the Hive at most this often. */
export const INPUT_DROPS_TOLD_MS = 1_000;
/** A rotated file's descriptor is kept until nothing was written to it for this long. */
export const ROTATED_QUIET_MS = 30_000;
/** A new file that equals the head of one being read waits this long: it may be copytruncate's copy. */
export const COPY_SUSPECT_MS = 5_000;
/** Characters of the reason that a dead-lettered message carries; the rest is cut. */
export const DEAD_LETTER_REASON_LENGTH_MAX = 500;
/** Control messages that agentmanager works on at once: many share one write to the disk. */
export const AGENTMANAGER_PREFETCH = 256;
/** Commands on their way to Bees at once, below the publish window. */
export const COMMANDS_AT_ONCE_MAX = 256;
/** How long adding or removing targets waits for the Bees' answers; later ones arrive as events. */
export const TARGET_REPORTS_WAIT_MS = 5_000;
/** How long a pushed command waits for the broker; what is lost heals at the Bee's next handshake. */
export const COMMAND_SEND_MS = 5_000;
/** Heartbeats that agentmonitor takes at once: they cost memory only for their signature's check. */
export const AGENTMONITOR_PREFETCH = 1_000;
/** Bytes at a line's head in which its time stamp may begin. Past it: arrival is the time. */
export const STAMP_HEAD_BYTES = 192;
/** Words before a time stamp, as in an access log's `address - user [time]`. */
export const STAMP_WORDS_MAX = 6;
/** Bytes of a JSON line in which the member with its time may stand. */
export const STAMP_JSON_BYTES = 1024;
/** A message that the store could not take (busy, full) is given back to its queue after this. */
export const MESSAGE_RETRY_MS = 1_000;
/** Records that one `./apiary search` prints, held in memory to show the newest last. */
export const SEARCH_TERMINAL_RECORDS_MAX = 1_000_000;
/** Lines of `./apiary tail` that wait for a slow reader of its output. Past it the oldest are counted. */
export const TAIL_TERMINAL_LINES_MAX = 10_000;
/** Characters of a regular expression once its counts are written out. Past it: an error. */
export const REGEX_REWRITTEN_MAX = 64 * KiB;
/** What a command to a Bee holds beside its targets, generously. */
export const COMMAND_FRAME_BYTES = 1024;
/** Agents × targets that one request may add: its answer has to fit one message. Past it: `too-large`. */
export const TARGET_RESULTS_MAX = 20_000;
