/** Lines and bytes a second of the whole system, as Queen pushes them. */
import type { Connection } from './connection.ts';
import { Store } from './store.ts';

/** Seconds that the pulse shows. */
export const PULSE_LENGTH = 26;

/** The rate now and the last seconds, oldest first. */
export interface Pulse {
  readonly linesPerSecond: number | undefined;
  readonly history: readonly number[];
}

/** The pulse of the system; empty until the first push. */
export class RateWatch {
  readonly pulse = new Store<Pulse>({ linesPerSecond: undefined, history: [] });

  constructor(connection: Connection) {
    connection.whenOpen(() => {
      connection.request('system.watch', {}).catch(() => {});
    });
    connection.on<{ linesPerSecond: number }>('system.rate', ({ linesPerSecond }) => {
      const history = [...this.pulse.get().history, linesPerSecond].slice(-PULSE_LENGTH);
      this.pulse.set({ linesPerSecond, history });
    });
  }
}
