/** One search's chunks as they are shared out, and who has claimed which: see {@link Claims}. */
import type { ChunkList } from '../../holdings/chunk-list.ts';
import { ChunksByTime, type ListedChunk, type TimeRange } from '../../holdings/chunks-by-time.ts';
import { Claims, type Holders, newClaims, SharedChunks } from '../claims.ts';
import type { SentShare } from './search-messages.ts';

/** The holder of what this thread claims; that of another one is its place behind it. */
export const HERE = 1;

/** See the file's head. */
export class Sharing {
  readonly #list: ChunkList;
  readonly #holders: Holders;
  readonly #reserved: ReadonlySet<number>;
  readonly #memory: SharedArrayBuffer;
  readonly #claims: Claims;

  /** @param reserved numbers of chunks that only this thread can read */
  constructor(list: ChunkList, holders: Holders, reserved: ReadonlySet<number>) {
    this.#list = list;
    this.#holders = holders;
    this.#reserved = reserved;
    this.#memory = newClaims(list.numbers);
    this.#claims = new Claims(this.#memory, HERE);
    for (const number of reserved) this.#claims.take(number);
  }

  /** For this thread. */
  here(): SharedChunks {
    const shared = { memory: this.#memory, holder: HERE, holders: this.#holders };
    return new SharedChunks({ ...shared, reserved: this.#reserved });
  }

  /** For another one. */
  sent(holder: number): SentShare {
    return { memory: this.#memory, holder, holders: this.#holders };
  }

  /** What is to be looked at here, as the thread with these claims ended without an answer. */
  lostWith(holder: number, range: TimeRange): ChunksByTime {
    const home = holder - HERE;
    const lost: ListedChunk[] = [];
    for (const chunk of this.#list.byTime.walk(range, 'newest')) {
      const { number } = chunk;
      const isLost =
        this.#claims.takeFrom(number, holder) || (chunk.home === home && this.#claims.take(number));
      if (isLost) lost.push(chunk);
    }
    return ChunksByTime.none.with(new Set(), lost);
  }
}
