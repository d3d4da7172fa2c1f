/** Bounds of what Queen keeps and gives for her screens. Units are the last word of a name. */

/** Saved queries of everybody together; at about 300 bytes each. Past it: `too-many`. */
export const SAVED_QUERIES_MAX = 2_000;
/** Lines in one export: what an editor or a spreadsheet can still open, and an hour of a small site. */
export const EXPORT_LINES_MAX = 5_000_000;
/** Exports at once, of all people: each holds a search for as long as it runs. Past it: `too-many`. */
export const EXPORTS_MAX = 4;
/** Seconds of the rate that Home shows. */
export const RATE_HISTORY_SECONDS = 300;
/** Lines of an export that a browser holds before it hands them to the disk as one piece. */
export const EXPORT_PIECE_BYTES = 1_048_576;
/** Members of a field, each with a colour; everything else is the eighth. Past it a chart cannot be read. */
export const FIELD_MEMBERS_MAX = 7;
/** Fields that are defined beside one query: they travel in an address, which browsers cut at some kilobytes. */
export const QUERY_FIELDS_MAX = 8;
/** Columns that a list of lines has beside time, host and line. */
export const LIST_COLUMNS_MAX = 12;
/** Panels of a dashboard: each is a search and a tail of one socket, which has eight searches at once. */
export const DASHBOARD_PANELS_MAX = 8;
/** Dashboards of everybody together; at most 40 kB each, as a rule 2. Past it: `too-many`. */
export const DASHBOARDS_MAX = 500;
/** Pauses between counts of a live result are so many times as long as a count took: at most a tenth of the work is theirs. */
export const RECOUNT_PAUSE_FACTOR = 9;
/** Rows whose height a list remembers because it is not that of all others. Past it the first seen is measured anew. */
export const ROW_HEIGHTS_MAX = 5_000;
