/** The bounds of channels, devices and deliveries; as `limits.ts`, apart for its length. */

/** Channels of a site. Past it: `too-many`. */
export const CHANNELS_MAX = 500;
/** Devices of one user. Past it the one that was seen least recently makes room. */
export const DEVICES_PER_USER_MAX = 20;
/** Devices of a site. Past it: `too-many`. */
export const DEVICES_MAX = 10_000;
/** Messages of `sting.deliveries` that are being turned into deliveries; the rest waits at the broker. */
export const DELIVERY_PREFETCH = 32;
/** Deliveries of one instance that wait or are under way. At the bound it takes no further messages. */
export const DELIVERIES_WAITING_MAX = 5_000;
/** Attempts of one delivery; the last is 8 to 11 hours after the first. Past it: dead, for a person. */
export const DELIVERY_ATTEMPTS_MAX = 32;
/** Attempts that the log of a delivery keeps; older ones are counted. */
export const DELIVERY_ATTEMPTS_KEPT = 20;
/** Attempts for which a delivery waits for its message, half a minute in all; then that is gone. */
export const MESSAGE_MISSING_ATTEMPTS_MAX = 5;
/** First pause between two attempts; it doubles from there. */
export const DELIVERY_RETRY_MS_MIN = 1_000;
/** Longest pause between two attempts. */
export const DELIVERY_RETRY_MS_MAX = 30 * 60_000;
/** Longest pause that a channel's `Retry-After` may ask for. */
export const RETRY_AFTER_MS_MAX = 60 * 60_000;
/** One attempt, from the name's resolution to the last byte of the answer. */
export const ATTEMPT_MS_MAX = 15_000;
/** How long an attempt belongs to its instance: past it another one takes over, as after a crash. */
export const ATTEMPT_LEASE_MS = 20_000;
/** Bytes of a file of outcomes past which those that the store has are left out of it. */
export const OUTCOME_JOURNAL_BYTES_MAX = 1024 * 1024;
/** How often an instance looks for attempts that nobody finished. */
export const ORPHANS_INTERVAL_MS = 5_000;
/** How long overdue a delivery is that nobody holds before another instance takes it: most are tried at once. */
export const ORPHAN_GRACE_MS = 5_000;
/** How long deliveries are kept for people to look at, whatever became of them. */
export const DELIVERIES_KEPT_MS = 30 * 24 * 3600_000;
/** Deliveries that are kept. Past it the oldest go. */
export const DELIVERIES_KEPT_MAX = 20_000;
/** How often old deliveries are removed. */
export const DELIVERIES_SWEEP_MS = 3600_000;
/** Bytes of an answer that are read; the rest is cut off. */
export const OUTBOUND_ANSWER_BYTES_MAX = 256 * 1024;
/** Characters of a reason or an answer that the log of a delivery keeps. */
export const DELIVERY_NOTE_CHARS_MAX = 500;
/** How long an acknowledge or silence link lives. */
export const ALERT_LINK_MS = 3 * 24 * 3600_000;
/** Characters of an acknowledge or silence link's token. */
export const ALERT_LINK_CHARS_MAX = 1_024;
/** Attempts on one channel at the same time; deliveries of one alert go one after another anyway. */
export const CHANNEL_ATTEMPTS_MAX = 8;
/** The same for chat, tickets and mail, whose servers count requests. */
export const CAREFUL_ATTEMPTS_MAX = 2;
/** The same for APNs and Web Push, where each device is a request. */
export const DEVICE_ATTEMPTS_MAX = 64;
/** Bytes of a push message: APNs takes 4,096, Web Push services at least that with encryption. */
export const PUSH_BYTES_MAX = 3_500;
/** Deliveries that a screen is told of by push; older ones are read page by page. */
export const DELIVERIES_WATCHED_MAX = 100;
/** They are read again for the screens at most this often, however many change. */
export const DELIVERIES_REFRESH_INTERVAL_MS = 500;
