/** Whether publishers may go on: memory and disk say no by an alarm, a busy log by a short pause. */

/** Why publishers are blocked, in the words that `connection.blocked` carries. */
export type Alarm = 'low on memory' | 'low on disk' | 'disk does not take writes';

/** The state that all publishing connections follow. */
export class Intake {
  readonly #alarms = new Set<Alarm>();
  readonly #listeners = new Set<() => void>();
  #paused = false;

  /** The first reason for which publishers are blocked. */
  get alarm(): Alarm | undefined {
    return this.#alarms.values().next().value;
  }

  /** The first reason for which these publishers are blocked; who has the reserve minds memory alone. */
  alarmFor(usesDiskReserve: boolean): Alarm | undefined {
    if (!usesDiskReserve) return this.alarm;
    return this.#alarms.has('low on memory') ? 'low on memory' : undefined;
  }

  /** True while these publishers' sockets are not to be read. */
  holds(usesDiskReserve: boolean): boolean {
    return this.#paused || this.alarmFor(usesDiskReserve) !== undefined;
  }

  /** Calls `listener` at each change; the result stops it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setAlarm(alarm: Alarm, on: boolean): void {
    if (this.#alarms.has(alarm) === on) return;
    if (on) this.#alarms.add(alarm);
    else this.#alarms.delete(alarm);
    this.#tell();
  }

  /** Holds publishers without telling them, while the log catches up. */
  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
