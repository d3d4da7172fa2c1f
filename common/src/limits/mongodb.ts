/** Bounds of what is stored in MongoDB. */

/** Connections of one process to each server of MongoDB; further requests wait for one. */
export const MONGODB_CONNECTIONS_MAX = 32;
/** How long a request waits for a primary: an election takes about 12 s. Past it: `store-unreachable`. */
export const MONGODB_SELECTION_MS_MAX = 15_000;
/** A lock of a row on servers without atomic updates; a holder that is dead is overtaken after it. */
export const ROW_LOCK_LEASE_MS = 10_000;
/** How often such a lock is asked for, some 10 ms apart. Past it: `store-busy`. */
export const ROW_LOCK_TRIES_MAX = 3_000;
/** How often a document is read and changed again when another process was faster. Past it: `conflict`. */
export const DOCUMENT_UPDATE_TRIES_MAX = 50;
/** Scalars of a document that are stored beside it for indexes still to come. Longer ones are not. */
export const DOCUMENT_FIELD_CHARACTERS_MAX = 1_024;
