/** The bounds of rules, alerts and what is told of them; as `limits.ts`, apart for its length. */

/** Characters of an alert's title: what a phone's lock screen and a mail's subject show. */
export const ALERT_TITLE_CHARS_MAX = 256;
/** Characters of an alert's text; APNs takes 4 KB in all, the channel cuts further. */
export const ALERT_TEXT_CHARS_MAX = 8_192;
/** Lines that an alert carries, context included. Further matches are counted. */
export const ALERT_LINES_MAX = 100;
/** Matching lines that an alert carries: the last ones. */
export const ALERT_MATCHES_MAX = 10;
/** Characters of one line in an alert; the rest is cut. */
export const ALERT_LINE_CHARS_MAX = 2_048;
/** Channels, and users, that one rule tells. */
export const RULE_CHANNELS_MAX = 32;
/** Rules in all: each has a standing query, ratios have two. Past it: `too-many`. */
export const RULES_MAX = 2_000;
/** Fields that a rule groups by. */
export const RULE_GROUP_FIELDS_MAX = 4;
/** Groups that one rule keeps apart. Past it the one seen longest ago is forgotten. */
export const RULE_GROUPS_MAX = 10_000;
/** Characters of a group's value; the rest is cut. */
export const GROUP_VALUE_CHARS_MAX = 256;
/** Matching lines that a rule holds for the messages of all its groups. Past it the oldest go. */
export const RULE_LINES_MAX = 2_000;
/** Matches in a window that a rule may ask for: each is remembered with its time. */
export const RULE_COUNT_MAX = 10_000;
/** Matches of one group that are remembered. Past it the oldest leave: in order, they are not needed. */
export const WINDOW_SAMPLES_MAX = 2 * RULE_COUNT_MAX;
/** The longest window. */
export const WINDOW_MS_MAX = 24 * 3_600_000;
/** A line's own time counts when it lies within this of when it was read; else that does. */
export const EVENT_TIME_SKEW_MS_MAX = 10 * 60_000;
/** Conditions that wait give lines this long after a window's end to be stored. */
export const WATERMARK_GRACE_MS = 2_000;
/** Steps of one window in conditions that count by buckets. */
export const WINDOW_STEPS_MAX = 60;
/** Values of a group's matches that are counted apart in one step of a window. Past it: together. */
export const COUNTED_VALUES_MAX = 100;
/** Counts that one rule keeps for its messages, of all groups and steps. Past it the group that matched longest ago goes. */
export const COUNTED_ENTRIES_MAX = 20_000;
/** Values that an alert's text names with their counts; the rest is summed up. */
export const COUNTED_VALUES_SHOWN = 10;
/** How long a message counts towards those after which a rule's messages are told together. */
export const BUNDLE_WINDOW_MS = 30_000;
/** How long the first of a bundle waits for others. */
export const BUNDLE_WAIT_MS = 10_000;
/** Alerts in one bundle. At the bound it is told at once, and the next one begins. */
export const BUNDLE_ALERTS_MAX = 200;
/** Titles that a bundle's text has; what a lock screen and a chat bear. The rest is counted. */
export const BUNDLE_TITLES_SHOWN = 20;
/** Largest number of messages that a rule may ask to be told one by one. */
export const BUNDLE_AFTER_MAX = 1_000;
/** Values that a "first ever" rule remembers. Past it the one learnt longest ago is forgotten. */
export const FIRST_VALUES_MAX = 5_000;
/** Alerts of one rule that are pending or firing. Past it further groups wait. */
export const RULE_ALERTS_MAX = 1_000;
/** Ended alerts that a rule remembers, so that a late line does not fire one again. */
export const RULE_ENDED_MAX = 200;
/** Messages of one rule that wait to be handed to sting. At the bound it takes no more matches. */
export const RULE_OUTBOX_MAX = 200;
/** How far back a rule's place in the log is kept, as points between which windows are rebuilt. */
export const RULE_MARKS_MAX = 32;
/** Ids of records that a rule has just judged, so that none counts twice. */
export const RULE_RECENT_RECORDS_MAX = 4_096;
/** Honeycombs that are gone whose last number a place keeps. Past it windows are rebuilt without the oldest. */
export const PLACE_PAST_MAX = 64;
/** A rule's lease; its owner renews it at a third of this, with its place in the log. */
export const RULE_LEASE_MS = 30_000;
/** Rules whose windows are rebuilt at once. */
export const RULES_STARTING_MAX = 8;
/** How long the lines around a match may take; without them the message goes out. */
export const CONTEXT_DEADLINE_MS = 1_000;
/** Lines before and after a match. */
export const CONTEXT_LINES_MAX = 20;
/** Ended alerts that are kept. Past it the oldest are deleted. */
export const ALERTS_KEPT_MAX = 10_000;
/** Alerts in one answer. */
export const ALERTS_PAGE_MAX = 1_000;
/** Silences and maintenance windows at once. Past it: `too-many`. */
export const SILENCES_MAX = 1_000;
/** Records that one trial of a rule looks at. Past it the answer says that it is incomplete. */
export const TRY_RECORDS_MAX = 200_000;
/** Alerts that one trial of a rule tells. */
export const TRY_ALERTS_MAX = 200;
/** Values over time that one trial tells: as many as a chart of usual width has room for. */
export const TRY_BUCKETS = 120;
/** How long one trial may take. */
export const TRY_DEADLINE_MS = 30_000;
/** Characters of a file of rules. */
export const RULES_FILE_CHARS_MAX = 1_000_000;
/** Pause before honeycomb is asked again when it did not answer. */
export const FEED_RETRY_MS = 1_000;
/** Least time between two questions how far everything was judged. */
export const FEED_ASK_MS_MIN = 1_000;
/** Messages that wait for one rule. Past it they are left out, and fetched as a gap. */
export const RULE_BACKLOG_MAX = 1_000;
/** How long fetching what a rule missed may take before it is tried again. */
export const RULE_FILL_DEADLINE_MS = 60_000;
/** Ended alerts are counted, and the oldest deleted, this often. */
export const ALERTS_PRUNE_INTERVAL_MS = 10 * 60_000;
/** Alerts that fire are read again for the screens at most this often, however many events come. */
export const ALERTS_REFRESH_INTERVAL_MS = 250;

/** Bad results in a row that a check's rule may wait for: what flapping is judged on. */
export const CHECK_ATTEMPTS_MAX = 21;
