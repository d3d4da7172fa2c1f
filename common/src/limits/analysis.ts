/** Bounds of what is computed over a result: fields, series, patterns, context. */

/** Analyses that one honeycomb runs at once; each holds more than a search does. Past it: `too-many`. */
export const ANALYSES_MAX = 16;
/** Time of one analysis. Past it the answer says what it has and what is missing. */
export const ANALYSIS_DEADLINE_MS = 20_000;
/** Newest lines of a result that are read for what stands in lines. Past it the answer is a sample, and says so. */
export const ANALYSIS_LINES_MAX = 500_000;
/** Rows decoded at once: bodies of about 1 MB. */
export const ANALYSIS_ROWS_AT_ONCE = 4_096;
/** A partial answer is sent no more often than this: each is whole, and replaces the one before. */
export const ANALYSIS_PART_MS = 250;
/** Different field names told apart in a result. Past it the rest is counted as omitted. */
export const RESULT_FIELDS_MAX = 300;
/** Fields of one line that are looked at; the rest of that line is not seen. */
export const LINE_FIELDS_MAX = 200;
/** Different values of one field that are counted exactly. Past it rare ones are let go, and counts say «at least». */
export const DISTINCT_VALUES_MAX = 2_000;
/** Characters of a value that are kept; a longer one is cut, and ends in `…`. */
export const VALUE_CHARACTERS_MAX = 200;
/** Top values that an answer lists of a field. */
export const TOP_VALUES_MAX = 1_000;
/** Numbers of which percentiles are exact; past it they are within 1 % of the value. */
export const EXACT_NUMBERS_MAX = 1_024;
/** Bins of one sketch of numbers: 1 % steps over 35 orders of magnitude. Past it the least are merged. */
export const SKETCH_BINS_MAX = 4_096;
/** Series that a histogram is split into, the rest apart. */
export const SERIES_MAX = 20;
/** Counts of values by time, values × buckets: 3 MB. Past it further values are counted together. */
export const SERIES_COUNTS_MAX = 400_000;
/** The same where each point sums numbers up, in up to 10 KB. Past it as above. */
export const SERIES_POINTS_MAX = 5_000;
/** Lines before, and lines after, that one context has. */
export const CONTEXT_LINES_MAX = 1_000;
