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
