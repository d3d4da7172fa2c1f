import type { Clock } from '@apiary/common/clock.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { Counters } from './counters.ts';
import type { Intake } from './intake.ts';
import type { MemoryGauge } from './memory.ts';
import type { Accounts } from './permissions.ts';
import type { VirtualHost } from './virtual-host.ts';

/** What every connection of a broker shares. */
export interface BrokerContext {
  readonly host: VirtualHost;
  readonly accounts: Accounts;
  readonly counters: Counters;
  readonly gauge: MemoryGauge;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the broker proposes; 0 = none. */
  readonly heartbeatSeconds: number;
  /** Connections of an account. */
  countConnections(accountName: string): number;
}
