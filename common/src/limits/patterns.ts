/** Bounds of the patterns of a result. */

/** Patterns that an answer lists. Past it the least frequent are counted as omitted. */
export const PATTERNS_MAX = 500;
/** Buckets of a pattern's trend. */
export const PATTERN_BUCKETS_MAX = 100;
/** Words of a line that a pattern has; the rest of a longer line is one slot. */
export const PATTERN_WORDS_MAX = 64;
/** Different words in one place that are still words of different patterns; past it they are values of a slot. */
export const PATTERN_WORDS_KEPT = 4;
/** Lines that differ in several slots' words are merged one slot a round. */
export const PATTERN_MERGE_ROUNDS_MAX = 4;
/** Masked lines that are told apart in one result. Past it they are merged, then counted as omitted. */
export const PATTERN_LINES_MAX = 5_000;
/** Different values of one slot that are counted exactly. */
export const SLOT_VALUES_MAX = 64;
/** Values of all slots of a result, about 30 MB. Past it slots do not take in new ones. */
export const PATTERN_VALUES_MAX = 300_000;
/** Hosts of one pattern that are counted. */
export const PATTERN_HOSTS_MAX = 1_000;
/** More specific patterns that a pattern's query takes out. */
export const PATTERN_EXCEPTIONS_MAX = 20;
/** Words whose masked form is remembered; then all are forgotten. */
export const MASKED_WORDS_KEPT_MAX = 50_000;
