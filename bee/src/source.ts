/**
 * Between inputs and the shipper: the shipper asks, so that nothing is read before it can be sent. A
 * source says once that it has something and is asked until it says that it has not.
 */
import type { Run } from '@apiary/common/messages/data/run.ts';

/** One run on its way, and what to do when the broker has it. */
export interface Piece {
  readonly run: Run;
  /** Called once the broker has confirmed the message that carries it. */
  confirmed(): void;
}

/** Where the data of one message's runs lies until it is encoded. */
export interface Room {
  /** The bytes, to be used until the message is encoded; whoever gave them may write over their own. */
  keep(bytes: Uint8Array): Buffer;
}

/** One generation's unsent bytes. */
export interface Source {
  /**
   * Reads the next run of at most `space` bytes of data. `nothing`: there is none now, and the source
   * will be offered again when there is. `no-room`: the next record needs more than `space`, which is less
   * than a full message.
   */
  take(space: number, room: Room): Piece | 'nothing' | 'no-room';
}

/** Where sources announce themselves. */
export interface Demand {
  /** This source has something, or may have. Offering it twice is the same as once. */
  offer(source: Source): void;
  /** Forget this source; pieces under way are still confirmed. */
  withdraw(source: Source): void;
}
