/**
 * Gives memory back once a Bee has nothing to read any more. V8 collects when memory is asked for, and who is idle asks
 * for none: what was garbage by then stays for good. One collection after each stretch of work; an idle Bee does none.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '@apiary/common/clock.ts';
import { IDLE_MEMORY_LOOK_MS } from '@apiary/common/limits/tailing.ts';
import type { Ledger } from './ledger.ts';

/** See the file's head. Looks until it is stopped. */
export class IdleMemory {
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #collect: () => void;
  #cancel: (() => void) | undefined;
  #bytesRead = -1;
  #isDue = true;

  /** @param collect for tests */
  constructor(clock: Clock, ledger: Ledger, collect: () => void = collectGarbage) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#collect = collect;
    this.#await();
  }

  /** Looks no more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #await(): void {
    this.#cancel = this.#clock.after(IDLE_MEMORY_LOOK_MS, () => {
      this.#look();
      this.#await();
    });
  }

  #look(): void {
    const { bytesRead } = this.#ledger.totals;
    if (bytesRead !== this.#bytesRead) {
      this.#bytesRead = bytesRead;
      this.#isDue = true;
    } else if (this.#isDue) {
      this.#isDue = false;
      this.#collect();
    }
  }
}

let collector: ((options: object) => void) | undefined;

function collectGarbage(): void {
  if (!collector) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc');
  }
  collector?.({ type: 'major', flavor: 'last-resort' });
}
