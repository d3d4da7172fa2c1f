/** How Apiary itself is, as Queen pushes it, with the last minutes of what is drawn. */
import type { Health } from '@apiary/common/messages/vitals.ts';
import type { Connection } from './connection.ts';
import { messageOf } from './http.ts';
import { Store } from './store.ts';

/** Samples that are kept for the small charts: five minutes. */
const SAMPLES_MAX = 150;

/** Figures at one time. */
export interface HealthSample {
  readonly waiting: number;
  readonly lagMs: number;
  readonly freeBytes: number;
}

/** What is known of it. */
export interface HealthState {
  readonly health: Health | undefined;
  readonly failure: string | undefined;
  /** Oldest first. */
  readonly samples: readonly HealthSample[];
}

/** Watches it while the page is open. */
export class HealthWatch {
  readonly state = new Store<HealthState>({ health: undefined, failure: undefined, samples: [] });
  readonly #connection: Connection;
  #isWatching = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.on<{ health: Health }>('health.changed', ({ health }) => this.#set(health));
  }

  /** Begins; the first page that shows it calls this, all others join. */
  watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#connection.whenOpen(() => {
      this.#connection
        .request<{ health: Health }>('health.watch', {})
        .then(({ health }) => this.#set(health))
        .catch((thrown: unknown) => this.state.patch({ failure: messageOf(thrown) }));
    });
  }

  #set(health: Health): void {
    const sample = {
      waiting: health.queue?.waiting ?? 0,
      lagMs: health.lagMs ?? 0,
      freeBytes: health.disk?.freeBytes ?? 0,
    };
    const samples = [...this.state.get().samples, sample].slice(-SAMPLES_MAX);
    this.state.set({ health, failure: undefined, samples });
  }
}
