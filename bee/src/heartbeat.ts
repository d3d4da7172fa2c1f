/** Says at intervals that the Bee lives, while the broker can be reached. */
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { Heartbeat } from '@apiary/common/messages/control.ts';
import type { Ledger } from './ledger.ts';

/** What a heart is given. */
export interface HeartOptions {
  readonly agent: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ledger: Ledger;
  readonly isConnected: () => boolean;
  /** Sends one that is worth nothing after `expirationMs`. */
  readonly send: (heartbeat: Heartbeat, expirationMs: number) => Promise<void>;
}

/** See the file's head. */
export class Heart {
  readonly #options: HeartOptions;
  #intervalMs = 0;
  #sequence = 0;
  #cancel: (() => void) | undefined;
  #isSending = false;

  constructor(options: HeartOptions) {
    this.#options = options;
  }

  /** Beats at once, then at this interval. The same interval again changes nothing. */
  start(intervalMs: number): void {
    if (this.#cancel && this.#intervalMs === intervalMs) return;
    this.#intervalMs = intervalMs;
    this.#beat();
  }

  /** Beats no more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #beat(): void {
    const { agent, clock, log, ledger, isConnected, send } = this.#options;
    this.#cancel?.();
    this.#cancel = clock.after(this.#intervalMs, () => this.#beat());
    if (this.#isSending || !isConnected()) return;
    this.#isSending = true;
    const { linesRead, bytesConfirmed } = ledger.totals;
    const sequence = this.#sequence++;
    const sentMs = clock.now();
    const report = ledger.report();
    const beat = { agent, sentMs, sequence, linesRead, bytesConfirmed };
    send(
      { type: 'heartbeat', version: 1, ...beat, ...(report && { ledger: report }) },
      3 * this.#intervalMs,
    )
      .catch((error: unknown) => {
        // What this one carried is told again.
        ledger.tellAll();
        log.debug({ code: toAppError(error).code }, 'heartbeat.failed');
      })
      .finally(() => {
        this.#isSending = false;
      });
  }
}
