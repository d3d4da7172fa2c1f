/** The bounds of rules, alerts and what is told of them; as `limits.ts`, apart for its length. */

/** Characters of an alert's title: what a phone's lock screen and a mail's subject show. */
export const ALERT_TITLE_CHARS_MAX = 256;
/** Characters of an alert's text; APNs takes 4 KB in all, the channel cuts further. */
export const ALERT_TEXT_CHARS_MAX = 8_192;
/** Lines that an alert carries, context included. Further matches are counted. */
export const ALERT_LINES_MAX = 100;
/** Characters of one line in an alert; the rest is cut. */
export const ALERT_LINE_CHARS_MAX = 2_048;
/** Channels, and users, that one rule tells. */
export const RULE_CHANNELS_MAX = 32;
