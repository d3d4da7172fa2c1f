/** Everything that the broker refuses, drops or repairs, so that nothing of the kind is silent. */
export const COUNTERS = [
  'connectionsOpened',
  'connectionsRefused',
  'strangersDropped',
  'handshakesFailed',
  'plainRefused',
  'loginsRefused',
  'protocolErrors',
  'channelErrors',
  'internalErrors',
  'heartbeatTimeouts',
  'published',
  'delivered',
  'acknowledged',
  'returned',
  'unroutableDropped',
  'expired',
  'overflowDropped',
  'overflowRejected',
  'deliveryLimitDropped',
  'deadLettered',
  'deadLettersDropped',
  'repliesDropped',
  'logEntriesDamaged',
  'logBytesCut',
  'logWriteRetries',
  'messagesRecovered',
  'messagesSpilled',
  'messagesLost',
] as const;

/** One of {@link COUNTERS}. */
export type CounterName = (typeof COUNTERS)[number];

/** Counts since start. */
export type Counters = Record<CounterName, number>;

/** All counters at zero. */
export function createCounters(): Counters {
  // fromEntries forgets that the keys are exactly COUNTERS.
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters;
}
