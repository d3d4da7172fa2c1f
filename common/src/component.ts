import type { Bus } from './bus/bus.ts';
import type { Clock } from './clock.ts';
import type { Documents } from './documents/documents.ts';
import type { HealthBoard } from './health/health-board.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';

/** What every component is: something that starts and stops. State lives in the store, not here. */
export interface Component {
  /** Resolves when the component answers. Rejects with an AppError that says what to do. */
  start(): Promise<void>;
  /** Finishes what is under way and lets go of everything. Safe to call twice. */
  stop(): Promise<void>;
}

/** What a component is given. */
export interface ComponentContext {
  readonly bus: Bus;
  readonly documents: Documents;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Where it says how it is; absent where nobody listens. */
  readonly board?: HealthBoard;
  /** This process's instance id, new at every start. */
  readonly instance: string;
  /** Where the data lives: `sqlite:DIR` or `mongodb://…`. */
  readonly store: string;
}

/** Makes one component; the entry of a registry. */
export type ComponentFactory = (context: ComponentContext) => Component | Promise<Component>;
