/** The bounds of the life of stored data; as `limits.ts`, apart for its length. */
const MiB = 1024 * 1024;

/** Retention classes: a handful, since every class has an open chunk of its own at all times. */
export const RETENTION_CLASSES_MAX = 8;
/** Tags that choose one class. */
export const RETENTION_TAGS_MAX = 32;
/** Days that a class may keep: a century, so that a date can always be reckoned. */
export const RETENTION_DAYS_MAX = 36_500;
/** The least total size of a class: below it every chunk would go as soon as it is sealed. */
export const RETENTION_BYTES_MIN = 64 * MiB;
