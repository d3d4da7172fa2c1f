/** The bounds of the life of stored data; as `limits.ts`, apart for its length. */
const MiB = 1024 * 1024;

/** Raw bytes of a chunk that compaction makes: past it searches gain nothing and cost more memory. */
export const COMPACTED_RAW_BYTES = 64 * MiB;
/**
 * How hard chunks that are written anew are compressed. Measured on every other column of one chunk of 64 MB, bytes a raw byte
 * (CPU-s a GB) at level 1, 9, 13, 15, each with the least match of `sections.ts`: loghub 0.0251 (0.3), 0.0238 (1.4), 0.0229 (7.8),
 * 0.0227 (8.4); json 0.0822 (0.6), 0.0808 (1.6), 0.0805 (9), 0.0805 (11); nginx 0.0621 (0.5), 0.0598 (2.7), 0.0587 (17), 0.0586 (18);
 * text 0.1399 (0.6), 0.1392 (2.3), 0.1386 (14), 0.1384 (16). Past 9 it costs as much as all else of merging, for the last 1 to 5 %.
 */
export const COMPACTED_ZSTD_LEVEL = 9;
/** Memory that sealing keeps from one chunk to the next: one of 8 MB and its columns. Larger ones are let go. */
export const SEAL_MEMORY_KEPT_BYTES = 16 * MiB;
/** Memory of compiled loops that a thread keeps: a chunk of 8 MB with its columns and times. Larger ones are let go. */
export const LINEAR_MEMORY_KEPT_BYTES = 24 * MiB;
/**
 * Pages (of 4 KiB) in SQLite's log of writes before they go to the chunk store's file: blocks are deleted when their chunk
 * is sealed, and a page that is written again meanwhile goes once.
 */
export const CHUNK_LOG_PAGES = 4096;
/** Memory in which rows are split that an encoder keeps: what a chunk of 64 MB takes. Larger ones are let go, and what was learnt with them. */
export const SPLIT_MEMORY_KEPT_BYTES = 64 * MiB;
/** So many small chunks of today's partition are merged; fewer, unless they fill one, wait for company or for the day's end. */
export const COMPACTION_CHUNKS_MIN = 8;
/** Chunks merged at once, however small they be. */
export const COMPACTION_CHUNKS_MAX = 256;
/** A rest behind each merge, by what it took: a third of the time is for merging where there is always something to merge. */
export const MERGE_REST_FACTOR = 2;
/** So many rests one behind the other where searches run or chunks wait to be sealed: a seventeenth of the time is for merging. */
export const MERGE_RESTS_MAX = 8;
/** One rest, whatever a merge took: a database that stands still for minutes is no reason to wait for hours. */
export const MERGE_REST_MS_MAX = 5 * 60_000;
/** Free pages that are given back to the disk at a time (1 MiB); in between others may write. */
export const RECLAIM_PAGES = 256;
/** How often what is past its time is looked for; partitions are days. */
export const RETENTION_INTERVAL_MS = 10 * 60_000;
/** After compaction, retention or a deletion failed the next attempt follows so much later. */
export const LIFE_RETRY_MS = 30_000;

/** Deletions by query that wait for one another; each is a pass over the store. */
export const DELETIONS_WAITING_MAX = 16;
/** Where several honeycombs share a store, what became of a deletion is kept so long for whoever asked. */
export const SHARED_DELETION_KEPT_MS = 24 * 60 * 60_000;
/** What reads or rewrites the whole store may take so long while somebody waits for it: terabytes. */
export const STORE_JOB_MS_MAX = 12 * 60 * 60_000;
/** Rounds of giving pages back in which others freed as many: so busy a store goes on the next time. */
export const RECLAIM_STALLS_MAX = 1_000;

/** Damaged chunks that a check tells one by one; the rest is counted. */
export const STORE_PROBLEMS_MAX = 1_000;

/** Retention classes: a handful, since every class has an open chunk of its own at all times. */
export const RETENTION_CLASSES_MAX = 8;
/** Tags that choose one class. */
export const RETENTION_TAGS_MAX = 32;
/** Days that a class may keep: a century, so that a date can always be reckoned. */
export const RETENTION_DAYS_MAX = 36_500;
/** The least total size of a class: below it every chunk would go as soon as it is sealed. */
export const RETENTION_BYTES_MIN = 64 * MiB;

/** A segment of the broker's log ends so long after one of its messages was consumed, and its file goes. */
export const BROKER_SEGMENT_DEAD_MS = 30_000;

/** Bodies in one request of an import: small ones come together, so that requests are few. */
export const IMPORT_BODIES_MAX = 16;
/** Characters of a body in base64: a message of bytes that cannot be compressed. */
export const IMPORT_BODY_CHARS_MAX = 432 * 1024;
/** Characters of bodies in one request of an import: a request's body is 1 MiB at most. */
export const IMPORT_REQUEST_CHARS_MAX = 640 * 1024;
/** Requests of an import that wait for their commit: the next is under way while one is written. */
export const IMPORT_REQUESTS_MAX = 4;
/** An import waits so long for a commit, which waits for what is being sealed. */
export const IMPORT_COMMIT_MS_MAX = 5 * 60_000;
/** Decoded chunks whose turn has not come while a content is read back in its order. */
export const DIGEST_CHUNKS_MAX = 8;
/** A content is read back anew so often when chunks go meanwhile. */
export const DIGEST_ATTEMPTS_MAX = 3;
/** A request that failed for a while is sent again so often: a component that restarts is back by then. */
export const IMPORT_RETRIES_MAX = 60;
/** And so much later each time. */
export const IMPORT_PAUSE_MS = 2_000;
