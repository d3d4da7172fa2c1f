/** What runs where and what the store holds: read when the connection opens and when lines come in. */
import type { Clock } from '@apiary/common/clock.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { z } from 'zod';
import type { Connection } from './connection.ts';
import { callApi, messageOf } from './http.ts';
import { Store } from './store.ts';

const systemSchema = z.object({
  version: z.string(),
  components: z.array(
    z.object({ name: z.string(), state: z.enum(['running', 'silent', 'missing']) }),
  ),
  broker: z.object({ host: z.string(), port: z.number(), secure: z.boolean() }).optional(),
  store: honeycombActions.stats.response.optional(),
});

/** As Queen tells it. */
export type System = z.output<typeof systemSchema>;

/** What is known of it. */
export interface SystemState {
  readonly system: System | undefined;
  readonly failure: string | undefined;
}

/** However many pushes come, figures are read at most this often. */
const PAUSE_MS = 5_000;

/** Reads it for the pages that show it. */
export class SystemWatch {
  readonly state = new Store<SystemState>({ system: undefined, failure: undefined });
  readonly #connection: Connection;
  readonly #clock: Clock;
  #watchers = 0;
  #resting = false;
  #owed = false;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    connection.on('system.rate', () => this.#changed());
    connection.on('agents.changed', () => this.#changed());
  }

  /** Keeps it up to date until the returned function is called. */
  watch(): () => void {
    this.#watchers++;
    const stop = this.#connection.whenOpen(() => this.#read());
    return () => {
      this.#watchers--;
      stop();
    };
  }

  #changed(): void {
    if (this.#watchers === 0) return;
    if (this.#resting) this.#owed = true;
    else this.#read();
  }

  #read(): void {
    this.#resting = true;
    this.#owed = false;
    callApi('/api/system', systemSchema)
      .then((system) => this.state.set({ system, failure: undefined }))
      .catch((thrown: unknown) => this.state.patch({ failure: messageOf(thrown) }))
      .finally(() => {
        this.#clock.after(PAUSE_MS, () => {
          this.#resting = false;
          if (this.#owed) this.#changed();
        });
      });
  }
}
