/** The bounds of the delivery ledger and of what people ask a Bee to look at; as `limits.ts`, apart for its length. */

/** Entries of the ledger in one heartbeat (about 300 bytes each); what is left goes with the next one. */
export const LEDGER_ENTRIES_PER_HEARTBEAT_MAX = 500;
/** Generations of one agent that agentmonitor remembers; past it the ones that ended longest ago go first. */
export const LEDGER_ENTRIES_PER_AGENT_MAX = 5_000;
/** Generations that have ended and are stored whole, kept for people to look at, for each agent. */
export const LEDGER_ENDED_KEPT = 50;
/** Generations in one answer, those that lag most first; the rest is counted. */
export const LEDGER_VIEW_ENTRIES_MAX = 500;
/** Gaps and stops of one agent that are remembered; past it the oldest are forgotten. */
export const LEDGER_PROBLEMS_KEPT = 50;
/** Bytes that wait and do not move for so long are stuck: longer than a restart of any part takes. */
export const LEDGER_STUCK_MS = 60_000;
/** Changes of ledgers are announced together, at most this often. */
export const LEDGER_EVENT_INTERVAL_MS = 500;
/** A screen's ledger is read again at most this often. */
export const LEDGER_REFRESH_INTERVAL_MS = 500;
/** Ledgers that one socket watches at once: a screen shows one. */
export const SOCKET_LEDGERS_MAX = 8;
/** Agents in one event about ledgers; the next event carries the rest. */
export const LEDGER_EVENT_AGENTS_MAX = 1_000;
/** What honeycomb stored is announced together, at most this often. */
export const HOLDINGS_EVENT_INTERVAL_MS = 500;
/** Questions to honeycomb about what it holds are gathered so long. */
export const HOLDINGS_ASK_MS = 100;
/** After one that failed the next follows so much later. */
export const HOLDINGS_RETRY_MS = 5_000;
/** Generations in one such event or request; the rest follows in the next. */
export const HOLDINGS_GENERATIONS_MAX = 500;
/** Ranges told of one generation; more than one are holes, which are rare and told from the first. */
export const HOLDINGS_RANGES_MAX = 16;
