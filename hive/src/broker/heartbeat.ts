import type { Clock } from '@apiary/common/clock.ts';

/** What a {@link Heartbeat} watches and does. */
export interface HeartbeatPeer {
  /** Milliseconds since 1970 of the last octet received. */
  lastInputAt(): number;
  lastOutputAt(): number;
  /** True while the broker itself does not read: silence then means nothing. */
  isInputPaused(): boolean;
  sendHeartbeat(): void;
  onSilence(): void;
}

/** Sends heartbeats when nothing else is sent, and notices when the peer is silent for two intervals. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #peer: HeartbeatPeer;
  readonly #intervalMs: number;
  #cancel: (() => void) | undefined;

  /** @param seconds as tuned; not 0. */
  constructor(clock: Clock, seconds: number, peer: HeartbeatPeer) {
    this.#clock = clock;
    this.#peer = peer;
    this.#intervalMs = seconds * 1000;
    this.#arm();
  }

  stop(): void {
    this.#cancel?.();
  }

  #arm(): void {
    this.#cancel = this.#clock.after(this.#intervalMs / 2, () => {
      const now = this.#clock.now();
      const silentMs = now - this.#peer.lastInputAt();
      if (silentMs > this.#intervalMs * 2 && !this.#peer.isInputPaused()) {
        this.#peer.onSilence();
        return;
      }
      if (now - this.#peer.lastOutputAt() >= this.#intervalMs * 0.45) this.#peer.sendHeartbeat();
      this.#arm();
    });
  }
}
