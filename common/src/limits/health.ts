/** Bounds of what processes tell about themselves. Units are the last word of a name. */

/** Between two words of a process about itself: often enough for a screen, 0.1 % of a core. */
export const VITALS_INTERVAL_MS = 2_000;
/** A process that said nothing for so long is gone: three words missed, and some. */
export const VITALS_LIFE_MS = 7_000;
/** Processes that Queen keeps in mind; more than any site runs. The rest are not shown. */
export const VITALS_PROCESSES_MAX = 200;
/** Between two writes of the health document to browsers. */
export const HEALTH_INTERVAL_MS = 1_000;
/** What is left free on the disk of `--data`, so that documents, logs and the broker can still write. */
export const DISK_RESERVE_BYTES_MAX = 64 * 1024 * 1024;
/** The same on a small disk: a twentieth of it. */
export const DISK_RESERVE_SHARE = 0.05;
/** How old the figures of a disk may be when a writer looks at them. */
export const DISK_LOOK_MS = 500;
/** A line that was stored so long after it was read is late, and Home says so. */
export const INGEST_LAG_LATE_MS = 2_000;
/** A commit that runs for so long is told of: it takes milliseconds, and a late request to MongoDB half a minute. */
export const COMMIT_LATE_MS = 20_000;
/** A request to a status port is cut after this. */
export const STATUS_REQUEST_MS_MAX = 10_000;
/** Connections to a status port: a scraper, a probe and a person. */
export const STATUS_CONNECTIONS_MAX = 16;
/** Ports that are tried after the first where `PORT+` was given. */
export const STATUS_PORT_STEPS_MAX = 100;
