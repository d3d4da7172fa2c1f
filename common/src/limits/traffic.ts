/** The bounds of what is told of how much each agent sends; as `limits.ts`, apart for its length. */

/** Seconds over which one point of a trend is the mean: five heartbeats, so that it does not jump. */
export const TRAFFIC_SLOT_MS = 10_000;
/** Points of a trend: five minutes. 1,000 agents keep 240 kB. */
export const TRAFFIC_SLOTS_MAX = 30;
/** What changed of the fleet's traffic is announced together, at most this often. */
export const TRAFFIC_EVENT_INTERVAL_MS = 1_000;
/** Agents in one such event, of about 120 bytes each; the rest follows in the next event at once. */
export const TRAFFIC_EVENT_AGENTS_MAX = 1_000;
