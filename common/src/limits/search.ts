/** Bounds of what searches keep decoded. */

const MiB = 1024 * 1024;

/**
 * Memory of decoded chunks that searches keep for the next one. Past it the least used go, and of a chunk that is read
 * few columns stay. Measured on 1 GB of JSON: nine searches, most through everything, take 143 to 178 MB with it and a
 * thread beside; counts and histograms of common words fit in it.
 */
export const CHUNK_CACHE_BYTES_MAX = 64 * MiB;
/** Decoded columns that a chunk keeps although there is no room: those that a search goes to and fro between. */
export const CHUNK_FRAMES_EXTRA_BYTES_MAX = 2 * MiB;
/** Leaves of queries whose matches an open chunk keeps: a byte for each row, so 4 MiB at most. */
export const JUDGED_LEAVES_MAX = 16;
/** Decoded chunks that nothing asked for during this time are let go. */
export const CHUNK_CACHE_IDLE_MS = 60_000;
/** Decoded chunks that no search used for this long go first when there is too much; before, the newest do. */
export const CHUNK_CACHE_STALE_MS = 10_000;
/** Threads that search beside the one that takes lines in; fewer where there are fewer cores. */
export const SEARCH_THREADS_MAX = 3;
/** Raw bytes of the chunks of a search from which on it is shared out. Below, one thread is as fast. */
export const SEARCH_SHARED_BYTES_MIN = 32 * MiB;
/** A thread that no search used for this long ends, and with it its memory of some 40 MB. */
export const SEARCH_THREAD_IDLE_MS = 60_000;
/** A search thread that died is started anew after this pause at the earliest, twice as long after each that answered nothing. */
export const SEARCH_THREAD_PAUSE_MS_MIN = 1_000;
/** At most: one that can never start costs a search an attempt this often, and what is wrong may have been put right. */
export const SEARCH_THREAD_PAUSE_MS_MAX = 5 * 60_000;
/**
 * Changes of the list of sealed chunks that are remembered, each of some hundred bytes: who was told of the list before
 * them is told of them alone. A thread that was not asked during more of them is told of the whole list, with 1,250 chunks in 0.3 ms.
 */
export const CHUNK_LIST_CHANGES_KEPT = 64;
