/** Bounds of the desk for messages that were put aside. Units are the last word of a name. */

/** Messages that are looked at in one round: at 256 KiB each, 25 MB for a moment. */
export const LETTERS_LOOK_MAX = 100;
/** Messages that are decided on in one request. */
export const LETTERS_DECIDED_MAX = 100;
/** Characters of a message's text that are shown and may be edited: a control message's own bound. */
export const LETTER_BODY_CHARS_MAX = 65_536;
/** Characters of log data that are shown of a message. */
export const LETTER_PREVIEW_CHARS_MAX = 2_000;
/** How long a look waits for the next message before it is content with what came. */
export const LETTER_WAIT_MS = 1_000;
/** The same once as many came as the broker counted: its count may lag by a moment. */
export const LETTER_QUIET_MS = 200;
