import type { Clock } from '@apiary/common/clock.ts';
import type { DiskSpace } from '@apiary/common/health/disk-space.ts';
import { DISK_LOOK_MS } from '@apiary/common/limits/health.ts';

/** Blocks publishers while the disk has only its reserve left, and lets them go on by itself. */
export class DiskAlarm {
  readonly #clock: Clock;
  readonly #disk: DiskSpace;
  readonly #changed: () => void;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  /** `changed` is called when {@link isOn} may have become something else. */
  constructor(clock: Clock, disk: DiskSpace, changed: () => void) {
    this.#clock = clock;
    this.#disk = disk;
    this.#changed = changed;
  }

  /** True while nothing may be taken in. Where it is, the disk is looked at again until it is not. */
  get isOn(): boolean {
    const isLow = this.#disk.isLow;
    if (isLow && !this.#isClosed) {
      this.#cancel ??= this.#clock.after(2 * DISK_LOOK_MS, () => {
        this.#cancel = undefined;
        this.#changed();
      });
    }
    return isLow;
  }

  /** Looks no more. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }
}
