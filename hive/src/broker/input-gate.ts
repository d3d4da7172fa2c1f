import type { Socket } from 'node:net';
import type { Alarm, Intake } from './intake.ts';
import type { Output } from './output.ts';

/** What an {@link InputGate} works with. */
export interface InputGateOptions {
  readonly socket: Socket;
  readonly output: Output;
  readonly intake: Intake;
  /** True where a disk that fills holds nobody up: see BrokerUser. */
  readonly usesDiskReserve: () => boolean;
  /** Publishers are blocked now; undefined = no longer. Called only for a connection that publishes. */
  readonly onAlarm: (alarm: Alarm | undefined) => void;
  readonly onResumed: () => void;
}

/**
 * Stops reading a client that does not take its answers, or that publishes more than can be taken in.
 */
export class InputGate {
  readonly #options: InputGateOptions;
  readonly #stopListening: () => void;
  #publishes = false;
  #toldBlocked = false;
  #paused = false;

  constructor(options: InputGateOptions) {
    this.#options = options;
    this.#stopListening = options.intake.listen(() => this.#followIntake());
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** The client publishes: from now on it is held when publishers are. */
  notePublisher(): void {
    if (this.#publishes) return;
    this.#publishes = true;
    this.#followIntake();
  }

  /** Reads or not, as things are now. */
  update(): void {
    const { socket, output, intake, usesDiskReserve } = this.#options;
    const held = this.#publishes && intake.holds(usesDiskReserve());
    if (!held && !output.isFull) this.#resume();
    else if (!this.#paused) {
      this.#paused = true;
      socket.pause();
    }
  }

  /** Reads whatever comes from now on: the connection is about to end. */
  release(): void {
    this.#stopListening();
    this.#publishes = false;
    this.#resume();
  }

  #followIntake(): void {
    if (!this.#publishes) return;
    const { intake, usesDiskReserve } = this.#options;
    const alarm = intake.alarmFor(usesDiskReserve());
    if ((alarm !== undefined) !== this.#toldBlocked) {
      this.#toldBlocked = alarm !== undefined;
      this.#options.onAlarm(alarm);
    }
    this.update();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#options.onResumed();
    this.#options.socket.resume();
  }
}
