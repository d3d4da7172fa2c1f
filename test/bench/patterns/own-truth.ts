/**
 * A small ground truth, made up here: lines by the event that a person would say they are. It stands in
 * where there is no folder of real samples, and says little about logs that others wrote.
 */
import type { LabelledLine } from './accuracy.ts';

/** Each event: how its line number `n` reads. */
const EVENTS: readonly ((n: number) => string)[] = [
  (n) => `Failed password for root from 10.0.${n % 7}.${n} port ${40_000 + n} ssh2`,
  (n) => `Accepted publickey for deploy from 10.1.0.${n} port ${50_000 + n} ssh2`,
  (n) => `Connection closed by 192.168.3.${n} [preauth]`,
  (n) =>
    `session opened for user ${['ann', 'bob', 'cyrus', 'dora', 'eve', 'finn'][n % 6]} by (uid=0)`,
  (n) => `session closed for user ${['ann', 'bob', 'cyrus', 'dora', 'eve', 'finn'][n % 6]}`,
  (n) => `Received block blk_${7_000_000 + n * 37} of size ${n * 1_024} from /10.250.4.${n}`,
  (n) => `PacketResponder ${n % 3} for block blk_${9_000_000 + n} terminating`,
  (n) => `Reading configuration from: /etc/apps/${n}/server.cfg`,
  () => 'workerEnv.init() ok',
  () => 'logrotate: ALERT exited abnormally with [1]',
];
const LINES_PER_EVENT = 30;

/** The lines, events in turn. */
export function ownTruth(): LabelledLine[] {
  return Array.from({ length: LINES_PER_EVENT * EVENTS.length }, (_, index) => {
    const event = index % EVENTS.length;
    const line = EVENTS[event]?.(Math.floor(index / EVENTS.length)) ?? '';
    return { line, event: String(event) };
  });
}
