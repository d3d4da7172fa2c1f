/** The bounds of following files; as `limits.ts`, apart for its length. */

/** Plain bytes of one gzipped log file. Past it the file is not read, and the Bee's log says so. */
export const GZIP_PLAIN_BYTES_MAX = 16 * 1024 ** 3;
/** A gzipped file that could not be unpacked, e.g. because it is still being written, is tried again so much later. */
export const GZIP_RETRY_MS = 2_000;
/** Bee looks at its files this often while something moves; wake-ups from the system come sooner. */
export const LOOK_ACTIVE_MS = 250;
/** Bee looks at its files this often when nothing has moved for a while. */
export const LOOK_IDLE_MS = 1_000;
/** A look at files that take long to look at comes so many times later, so that idle looks cost 1/400 of a core at most. */
export const LOOK_IDLE_COST_MAX = 400;
/** But never later than this: changes on file systems that wake nobody are seen within it. */
export const LOOK_IDLE_MS_MAX = 5_000;
/** A Bee that has read nothing for this long gives back memory that it needed for its work. */
export const IDLE_MEMORY_LOOK_MS = 5_000;
/** When a Bee has read more than this within OPTIMIZE_LOOKS_MAX looks, V8's optimizing compilers may work for it. */
export const OPTIMIZE_PAST_BYTES = 64 << 20;
/** How often it looks whether it has. */
export const OPTIMIZE_LOOK_MS = 500;
/** A minute. */
export const OPTIMIZE_LOOKS_MAX = 120;
