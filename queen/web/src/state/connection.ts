/**
 * The one live connection to Queen. It reconnects by a schedule of its own, so that the page can say
 * exactly when it tries again, and tells everybody who listens when it is open (again).
 */
import type { Clock } from '@apiary/common/clock.ts';
import { AppError, isErrorCode } from '@apiary/common/errors.ts';
import { LIVE_REQUEST_MS } from '@apiary/common/limits.ts';
import { Store } from './store.ts';

/** What a connection needs of socket.io's client. */
export interface LiveSocket {
  connect(): unknown;
  disconnect(): unknown;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  off(event: string, listener: (...values: unknown[]) => void): unknown;
  timeout(ms: number): {
    emit(event: string, payload: unknown, done: (error: unknown, answer: unknown) => void): unknown;
  };
}

/** Where the connection stands. `retryAtMs` is undefined while a try is under way. */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly openings: number }
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly retryAtMs: number | undefined };

/** Waits before the tries, in order; the last one repeats. */
const RETRY_MS = [500, 1000, 2000, 3000, 5000] as const;

/** See the top of this file. */
export class Connection {
  readonly state = new Store<ConnectionState>({ kind: 'connecting' });
  readonly #socket: LiveSocket;
  readonly #clock: Clock;
  #openings = 0;
  #tries = 0;
  #cancelRetry: () => void = () => {};

  constructor(socket: LiveSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('connect', () => {
      this.#tries = 0;
      this.#cancelRetry();
      this.#openings++;
      this.state.set({ kind: 'open', openings: this.#openings });
    });
    socket.on('disconnect', () => this.#lost());
    socket.on('connect_error', () => this.#lost());
  }

  /** Opens the connection; calling it again is harmless. */
  open(): void {
    if (this.state.get().kind !== 'open') this.#socket.connect();
  }

  /** Tries at once instead of at the time announced. */
  retryNow(): void {
    const state = this.state.get();
    if (state.kind !== 'lost') return;
    this.#cancelRetry();
    this.state.set({ ...state, retryAtMs: undefined });
    this.#socket.connect();
  }

  /** Calls back now if the connection is open, and at each opening from now on. */
  whenOpen(task: (openings: number) => void): () => void {
    const check = () => {
      const state = this.state.get();
      if (state.kind === 'open') task(state.openings);
    };
    check();
    return this.state.subscribe(check);
  }

  /** Hears an event until the returned function is called. The payload is as `docs` describe it. */
  on<T>(event: string, listener: (payload: T) => void): () => void {
    // Sender and listener come from the same build and the sender checked it; 10,000 lines a second
    // are not checked twice.
    const typed = listener as (...values: unknown[]) => void;
    this.#socket.on(event, typed);
    return () => this.#socket.off(event, typed);
  }

  /**
   * Sends an event and waits for its acknowledgement.
   * @throws AppError as the server refused it; `deadline-passed` without an answer
   */
  request<T>(event: string, payload: unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#socket.timeout(LIVE_REQUEST_MS).emit(event, payload, (error, answer) => {
        if (error) {
          reject(new AppError('deadline-passed', 'Queen did not answer in time.'));
          return;
        }
        // Every acknowledgement has this shape; what `ok` brings along is the event's own.
        const reply = answer as { ok: boolean; error?: LiveFailure } & T;
        if (reply.ok) resolve(reply);
        else reject(toFailure(reply.error));
      });
    });
  }

  #lost(): void {
    const before = this.state.get();
    const sinceMs = before.kind === 'lost' ? before.sinceMs : this.#clock.now();
    const waitMs = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)] ?? 5000;
    this.#tries++;
    this.#cancelRetry();
    this.#cancelRetry = this.#clock.after(waitMs, () => this.retryNow());
    this.state.set({ kind: 'lost', sinceMs, retryAtMs: this.#clock.now() + waitMs });
  }
}

/** A refusal as it travels. */
export interface LiveFailure {
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A refusal that travelled → the error it was. */
export function toFailure(failure: LiveFailure | undefined): AppError {
  const code = failure?.code ?? 'internal';
  const message = failure?.message ?? 'Queen refused without a reason.';
  const options = failure?.details ? { details: failure.details } : {};
  return new AppError(isErrorCode(code) ? code : 'internal', message, options);
}
