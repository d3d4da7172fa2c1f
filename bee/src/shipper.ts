/**
 * Takes runs from sources, packs them into data messages, and publishes these. A message goes at once when
 * nothing is unconfirmed, else when it is full or BATCH_WAIT_MS old. With UNCONFIRMED_MESSAGES_MAX under
 * way, or while paused or without a broker, sources are not asked: the log files are the buffer.
 */
import type { Bus } from '@apiary/common/bus/bus.ts';
import { BLOCKS_KEY, EXCHANGE } from '@apiary/common/bus/topology.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { BATCH_WAIT_MS, UNCONFIRMED_MESSAGES_MAX } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import { encodeRuns } from '@apiary/common/messages/data/codec.ts';
import { DATA_MESSAGE_TYPE, signData } from '@apiary/common/messages/data/message.ts';
import type { SigningKeys } from '@apiary/common/messages/signature.ts';
import { Batch, MessageRoom } from './batch.ts';
import type { Demand, Piece, Source } from './source.ts';

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 30_000;

/** What a shipper is given. */
export interface ShipperOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keys: SigningKeys;
  /** Asked for each message: what the machine calls itself, and its zone. */
  readonly host: () => { readonly hostName: string; readonly zoneOffsetMinutes: number };
}

/** See the file's head. Starts paused. */
export class Shipper implements Demand {
  readonly #options: ShipperOptions;
  readonly #ready = new Set<Source>();
  readonly #stopping = new AbortController();
  readonly #stopListening: () => void;
  readonly #room = new MessageRoom();
  #batch = new Batch();
  #unconfirmed = 0;
  #sequence = 0;
  #paused = true;
  #pumping = false;
  #cancelTimer: (() => void) | undefined;
  #idle: (() => void)[] = [];

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#stopListening = options.bus.onState(() => this.#pump());
  }

  /** Messages that wait for a confirm. */
  get unconfirmed(): number {
    return this.#unconfirmed;
  }

  offer(source: Source): void {
    this.#ready.add(source);
    this.#pump();
  }

  withdraw(source: Source): void {
    this.#ready.delete(source);
  }

  /** Begins, or goes on. */
  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  /** Takes no more from sources; what was taken is still sent. */
  pause(): void {
    this.#paused = true;
  }

  /** Takes and sends no more, and waits for confirms until `deadlineMs` have passed. */
  async stop(deadlineMs: number): Promise<void> {
    this.#paused = true;
    this.#ready.clear();
    this.#stopListening();
    this.#cancelTimer?.();
    if (this.#unconfirmed > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(deadlineMs, resolve);
        this.#idle.push(() => {
          cancel();
          resolve();
        });
      });
    }
    this.#stopping.abort();
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#mayTake() && this.#fillAndSend());
    } finally {
      this.#pumping = false;
    }
  }

  #mayTake(): boolean {
    return (
      !this.#paused &&
      this.#unconfirmed < UNCONFIRMED_MESSAGES_MAX &&
      this.#options.bus.state === 'connected'
    );
  }

  /** True if a message was sent and there may be more to do. */
  #fillAndSend(): boolean {
    const full = this.#fill();
    if (this.#batch.isEmpty) return false;
    if (full || this.#unconfirmed === 0) {
      this.#send();
      return true;
    }
    this.#cancelTimer ??= this.#options.clock.after(BATCH_WAIT_MS, () => {
      this.#cancelTimer = undefined;
      if (this.#mayTake() && !this.#batch.isEmpty) this.#send();
      this.#pump();
    });
    return false;
  }

  /** True if the batch can take no more. Each source gives one run in turn. */
  #fill(): boolean {
    for (const source of this.#ready) {
      if (!this.#batch.hasRoom) return true;
      const piece = source.take(this.#batch.space, this.#room);
      if (piece === 'no-room') return true;
      this.#ready.delete(source);
      if (piece === 'nothing') continue;
      // To the end of the line: a busy source does not keep the others waiting.
      this.#ready.add(source);
      this.#batch.add(piece);
    }
    return !this.#batch.hasRoom;
  }

  #send(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { pieces } = this.#batch;
    this.#batch = new Batch();
    this.#unconfirmed++;
    const published = this.#publish(pieces);
    // It is encoded by now: that comes before the first wait.
    this.#room.clear();
    void published.finally(() => {
      this.#unconfirmed--;
      if (this.#unconfirmed === 0) for (const tell of this.#idle.splice(0)) tell();
      this.#pump();
    });
  }

  async #publish(pieces: readonly Piece[]): Promise<void> {
    const { bus, keys, log } = this.#options;
    const { hostName, zoneOffsetMinutes } = this.#options.host();
    const body = encodeRuns(pieces.map((piece) => piece.run));
    const sequence = ++this.#sequence;
    const headers = signData(
      { version: 1, agent: keys.agent, host: hostName, zone: zoneOffsetMinutes, sequence },
      body,
      keys.privateKey,
    );
    const message = {
      exchange: EXCHANGE.blocks,
      routingKey: BLOCKS_KEY,
      type: DATA_MESSAGE_TYPE,
      headers,
      body,
    };
    const { signal } = this.#stopping;
    for (let waitMs = RETRY_MS_MIN; !signal.aborted; waitMs = Math.min(2 * waitMs, RETRY_MS_MAX)) {
      try {
        await bus.publish(message, signal);
        for (const piece of pieces) piece.confirmed();
        return;
      } catch (error) {
        const { code } = toAppError(error);
        if (code === 'bus-closed' || signal.aborted) return;
        log.warn({ code, sequence, retryMs: waitMs }, 'shipper.refused');
        await this.#wait(waitMs);
      }
    }
  }

  #wait(delayMs: number): Promise<void> {
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(delayMs, resolve);
      const stop = (): void => {
        cancel();
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}
