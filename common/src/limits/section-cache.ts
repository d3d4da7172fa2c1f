/** Bounds of what a honeycomb keeps on its own disk of chunks that live in a database elsewhere. */

const MiB = 1024 * 1024;

/** Where nothing else is said. */
export const SECTION_CACHE_BYTES_MAX = 4_000_000_000;
/** Where nothing else is said, of the disk's room that would be free without it: others write to the same disk. */
export const SECTION_CACHE_DISK_SHARE = 0.25;
/**
 * A chunk that was read within this time is not let go of for another one. Searches go through all chunks in turn: with more
 * of them than fit, each would take the place of one that the next search asks for, and all would be written for nothing.
 */
export const SECTION_CACHE_STALE_MS = 10 * 60_000;
/** Past so many bytes that wait to be written, what comes is not kept: the disk is slower than the store. */
export const SECTION_CACHE_WAITING_BYTES_MAX = 8 * MiB;
/** After the disk refused something, nothing is written for so long. */
export const SECTION_CACHE_PAUSE_MS = 60_000;
/** How often it looks for chunks that are in no catalogue any more: deleted lines are on this disk so long, at most. */
export const SECTION_CACHE_SWEEP_MS = 60_000;
/** Honeycombs that have the same data folder, each with a folder in it. */
export const SECTION_CACHE_FOLDERS_MAX = 64;
