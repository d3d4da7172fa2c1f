/** Bounds of what is stored in MongoDB. */

/** Connections of one process to each server of MongoDB; further requests wait for one. */
export const MONGODB_CONNECTIONS_MAX = 32;
/**
 * Bytes of sections that are written in one request, beside one that is larger. A sealed chunk of 8 MB has about 60 of
 * them and 1 MB: written one by one they took the server more processor time than all else that is ingested.
 */
export const SECTIONS_AT_ONCE_BYTES_MAX = 4 * 1024 * 1024;
/** Rows that are deleted in one request. */
export const MONGODB_DELETES_AT_ONCE = 500;
/** How long a request waits for a primary: an election takes about 12 s. Past it: `store-unreachable`. */
export const MONGODB_SELECTION_MS_MAX = 15_000;
/** How long one request for a few rows waits for its answer: longer than an election and any pause. Past it: `store-unreachable`. */
export const MONGODB_ROW_MS_MAX = 30_000;
/** The same for what goes through a table: pages, counts, indexes, many deletions, a drop. */
export const MONGODB_TABLE_MS_MAX = 10 * 60_000;
/** How often a write is tried that FerretDB gave up because of others. Past it: `store-unreachable`. */
export const MONGODB_BUSY_TRIES_MAX = 20;
/** Between two of these tries, at most. */
export const MONGODB_BUSY_PAUSE_MS = 200;
/** Longest pause between two looks at a lock that another one holds; the first looks come sooner. */
export const ROW_LOCK_PAUSE_MS_MAX = 100;
/** A lock of a row on servers without atomic updates; a holder that is dead is overtaken after it. */
export const ROW_LOCK_LEASE_MS = 10_000;
/** How often such a lock is asked for, some 10 ms apart. Past it: `store-busy`. */
export const ROW_LOCK_TRIES_MAX = 3_000;
/** How often a document is read and changed again when another process was faster. Past it: `conflict`. */
export const DOCUMENT_UPDATE_TRIES_MAX = 50;
/** Scalars of a document that are stored beside it for indexes still to come. Longer ones are not. */
export const DOCUMENT_FIELD_CHARACTERS_MAX = 1_024;
/** How long the end of a log of rows is taken to be where it was seen; then its head is looked at first. */
export const ROW_LOG_TRUST_MS = 5 * 60_000;
/** Rows that are no longer needed are deleted after this, so well after anybody trusts their absence. */
export const ROW_LOG_DELETE_MS = 15 * 60_000;
/** Pause before a write whose outcome is not known is tried again. */
export const ROW_LOG_RETRY_MS = 100;
/** How long it is tried. Past it: `store-unreachable`, and the segment has to be opened anew. */
export const ROW_LOG_UNSURE_MS_MAX = 120_000;
/** Every so many entries of a generation one bears all its ranges. */
export const RANGE_ENTRIES_PER_STATE = 64;
/** Entries of one commit that other honeycombs are told of. Past it they find them when they are refused. */
export const RANGE_ENTRIES_TOLD_MAX = 1_000;
/** Entries of one generation that are kept until those before them are heard of. Past it the log is read. */
export const RANGE_ENTRIES_AHEAD_MAX = 16;
/**
 * How long lines wait for what comes before them in their generation, which another honeycomb may be about to commit.
 * Past it they are committed, and whoever is second writes again.
 */
export const RANGE_WAIT_MS_MAX = 5_000;
/** Generations whose ranges are kept in memory. Past it the least used are read again when they come. */
export const RANGE_STATES_MAX = 20_000;
/** Every so many changes of the catalogue one bears all of it. */
export const CATALOGUE_ROWS_PER_STATE = 256;
/** The whole catalogue in one row, compressed: some 150,000 chunks. Past it starts read more rows. */
export const CATALOGUE_STATE_BYTES_MAX = 12 * 1024 * 1024;
/** Bodies in one frame of blocks; a larger commit is written as several. */
export const FRAME_BYTES_MAX = 6 * 1024 * 1024;
/** A segment's lease; its owner renews it at a third of this. Past it others adopt the segment. */
export const SEGMENT_LEASE_MS = 10_000;
/** Sections of chunks that were replaced stay for queries that began before. */
export const REPLACED_SECTIONS_MS = 60_000;
/** Past its lease a segment's owner that says that it has it is left alone so long: the store may be too slow to renew it in time. */
export const SEGMENT_SLOW_MS_MAX = 60_000;
/** How long such an owner has to say so. Past it the segment is adopted. */
export const SEGMENT_ANSWER_MS_MAX = 3_000;
/** How often a honeycomb looks for segments whose owner is gone: half a lease. */
export const ADOPTION_INTERVAL_MS = SEGMENT_LEASE_MS / 2;
/** Pause before a honeycomb that was taken over joins again; doubles up to REJOIN_MS_MAX. */
export const REJOIN_MS_MIN = 200;
/** See REJOIN_MS_MIN. */
export const REJOIN_MS_MAX = 10_000;
/** Chunks that one honeycomb is asked about in one search; their ids are the size of the request. */
export const CLUSTER_CHUNKS_MAX = 200_000;
/** Chunks that one honeycomb reads for a search, beside an even share: the slowest one decides when it ends. */
export const CLUSTER_SHARE_FACTOR_MAX = 1.25;
/** Records that one honeycomb gives at once for a page, beside an even share. More are asked for where the page needs them. */
export const CLUSTER_PORTION_FACTOR = 1.5;
/**
 * Records that one honeycomb gives at once, where it has them: fewer are not worth to be asked for again. Lines that a Bee sent together are with one
 * honeycomb, so that a page is often of few: measured on 200 MB, two runs in turn, pages of 100 lines from three took 25 and 23 ms of processor time in
 * portions of 50, and 19 and 15 ms at once.
 */
export const CLUSTER_PORTION_MIN = 100;
/** How long a search waits for a honeycomb to begin to answer. Past it the answer is partial. */
export const CLUSTER_COVER_MS_MAX = 2_000;
/** How long a honeycomb may take to seal what it has open before lines are deleted. Past it the deletion waits. */
export const CLUSTER_SEAL_MS_MAX = 60_000;
/** Rows that one honeycomb gives another one for an analysis: more than are open at once as a rule. Past it: partial. */
export const CLUSTER_ROWS_MAX = 400_000;
/** How often a listener's gap is filled anew when another honeycomb let go of a chunk meanwhile. Past it: `not-found`. */
export const MISSED_ATTEMPTS_MAX = 5;
/** Chunks sealed here that a search may not know of yet: more than are sealed during any search. */
export const CLUSTER_SEALED_KEPT = 4_096;
/** Segments that somebody may write to at one time, which is what a count of lines is bounded by. */
export const CLUSTER_ENDS_MAX = 1_024;
/** Adopted segments that a honeycomb still answers for after it sealed them. */
export const CLUSTER_FINISHED_KEPT = 64;
/** Numbers that one owner of a segment has to give out; two million owners fit in a safe integer. */
export const SEQUENCES_PER_OWNER = 2 ** 32;
