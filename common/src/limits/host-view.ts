/** The bounds of what people ask a Bee to look at on its host; as `limits.ts`, apart for its length. */

/** Names in one listing of a folder; the rest is counted, and `match` narrows it. Keeps an answer below 1 MiB. */
export const FOLDER_ENTRIES_MAX = 1_500;
/** Names that a Bee reads of one folder for a listing; past it the folder is cut, and the answer says so. */
export const FOLDER_NAMES_MAX = 100_000;
/** Bytes of a file's end in one answer. */
export const FILE_END_BYTES_MAX = 64 * 1024;
/** How long a question waits for its Bee. */
export const QUESTION_WAIT_MS = 5_000;
/** Questions that one Bee works on at once; further ones are refused. */
export const QUESTIONS_AT_ONCE_MAX = 4;
/** Questions of one agentmanager that wait for an answer. Past it: `too-many`. */
export const QUESTIONS_WAITING_MAX = 1_000;
/** Suggestions in one answer, the surest first. */
export const SUGGESTIONS_MAX = 200;
/** Folders that a search for log files looks into: a second of work at most. */
export const SUGGESTION_FOLDERS_MAX = 2_000;
/** Names, likewise. */
export const SUGGESTION_NAMES_MAX = 20_000;
/** Open files of other processes that are looked at for logs being written. */
export const SUGGESTION_DESCRIPTORS_MAX = 20_000;
/** Containers in one answer. */
export const HOST_CONTAINERS_MAX = 100;
/** Labels of one container. */
export const CONTAINER_LABELS_MAX = 32;
