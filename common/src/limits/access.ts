/** The bounds of people, tokens, sign-in and the audit log; as `limits.ts`, apart for its length. */

const DAY_MS = 24 * 3600_000;

/** Characters of a password: long enough that a slow hash makes guessing hopeless. */
export const PASSWORD_CHARS_MIN = 12;
/** Characters of a password; hashing takes the same time for any length up to here. */
export const PASSWORD_CHARS_MAX = 256;
/** Memory of one argon2id hash, in KiB: OWASP's choice for two passes. */
export const PASSWORD_MEMORY_KIB = 19_456;
/** Passes of argon2id over its memory. */
export const PASSWORD_PASSES = 2;
/** Passwords hashed at once: about 40 MB and two of libuv's four threads. Others wait. */
export const PASSWORD_HASHES_MAX = 2;
/** Passwords that wait to be hashed. Past it: `too-many`. */
export const PASSWORD_HASHES_WAITING_MAX = 64;
/** People. Past it: `too-many`. */
export const USERS_MAX = 1_000;
/** API tokens of all people together. Past it: `too-many`. */
export const API_TOKENS_MAX = 2_000;
/** Scopes of one token. */
export const API_TOKEN_SCOPES_MAX = 64;
/** The longest life of an API token. */
export const API_TOKEN_DAYS_MAX = 730;
/** The life of an API token whose maker names none. */
export const API_TOKEN_DAYS = 90;
/** When a session or token was last used is written at most this often. */
export const LAST_USE_INTERVAL_MS = 5 * 60_000;
/** Failed sign-ins to one account within SIGN_IN_WINDOW_MS; past it the account is locked that long. */
export const SIGN_IN_ACCOUNT_FAILURES_MAX = 10;
/** The same from one address: an office behind one address may mistype more. */
export const SIGN_IN_ADDRESS_FAILURES_MAX = 30;
/** Failures are counted, and locks last, this long. */
export const SIGN_IN_WINDOW_MS = 15 * 60_000;
/** Accounts and addresses whose failures are remembered. Past it the oldest unlocked are forgotten. */
export const SIGN_IN_COUNTERS_MAX = 10_000;
/** Entries of the audit log; about 10 MB. Past it the oldest go. */
export const AUDIT_ENTRIES_MAX = 20_000;
/** Entries older than this go. */
export const AUDIT_LIFE_MS = 400 * DAY_MS;
/** The log is trimmed once in so many entries, and so may outgrow its bound by as many. */
export const AUDIT_TRIM_INTERVAL = 500;
/** Refused requests noted in a minute, so that nobody drives the log's past out. The rest is counted. */
export const AUDIT_REFUSALS_PER_MINUTE_MAX = 30;
/** Characters of the details in one entry. The rest is cut. */
export const AUDIT_DETAILS_CHARS_MAX = 2_000;
/** Entries in one page of the audit log. */
export const AUDIT_PAGE_MAX = 500;
/** Characters of a browser's own description that a session keeps. */
export const USER_AGENT_CHARS_MAX = 200;
/** How long a revocation waits for each honeycomb to confirm. Past it: `deadline-passed`, and repeat. */
export const REVOCATION_MS_MAX = 5_000;
/** Quarantined messages on their way at once when an approval releases them: 4 MB at most. */
export const QUARANTINE_PREFETCH = 16;
