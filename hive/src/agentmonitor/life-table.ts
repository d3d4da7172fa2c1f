/**
 * Who is alive, in memory. Alive agents stand in the order in which they were last heard, so the ones that
 * come due are always at the front: a heartbeat costs one move to the end, a check only what is due.
 */
import { HEARTBEAT_INTERVAL_MS, HEARTBEATS_MISSED_MAX } from '@apiary/common/limits.ts';
import type { Liveness } from '@apiary/common/messages/agent.ts';
import type { Heartbeat } from '@apiary/common/messages/control.ts';

/** An agent that was not heard for this long is dead. */
export const SILENCE_MS_MAX = HEARTBEAT_INTERVAL_MS * HEARTBEATS_MISSED_MAX;

type Beat = Pick<Heartbeat, 'sentMs' | 'sequence'>;

interface Seen extends Beat {
  readonly arrivedMs: number;
}

interface Life {
  sinceMs: number;
  heardMs: number;
  /** Silence counts from here: when it was heard, or later where it could not be heard. */
  silentMs: number;
  /** The last heartbeat that counted; none yet after a restart. */
  last?: Seen;
  /** One that may be old, or from a host whose clock is wrong: the next one tells. */
  doubtful?: Seen;
}

/** What a heartbeat changed. */
export type Heard = 'revived' | 'alive' | 'ignored';

/** See the file's head. */
export class LifeTable {
  /** In the order of `silentMs`. */
  readonly #alive = new Map<string, Life>();
  readonly #dead = new Map<string, Life>();

  /** Takes what was stored before a restart; who was alive then has until `nowMs` + SILENCE_MS_MAX. */
  restore({ id, state, sinceMs, heardMs }: Liveness, nowMs: number): void {
    if (state === 'alive') this.#alive.set(id, { sinceMs, heardMs, silentMs: nowMs });
    else this.#dead.set(id, { sinceMs, heardMs, silentMs: heardMs });
  }

  /** Notes a heartbeat that arrived now, unless it is an old one. */
  hear(agent: string, beat: Beat, nowMs: number): Heard {
    const living = this.#alive.get(agent);
    const unknown: Life = { sinceMs: nowMs, heardMs: nowMs, silentMs: nowMs };
    const life = living ?? this.#dead.get(agent) ?? unknown;
    const seen: Seen = { sentMs: beat.sentMs, sequence: beat.sequence, arrivedMs: nowMs };
    if (!isFresh(seen, life)) {
      if (!isRepeated(seen, life.last)) life.doubtful = seen;
      if (!living) this.#dead.set(agent, life);
      return 'ignored';
    }
    this.#dead.delete(agent);
    this.#alive.delete(agent);
    const sinceMs = living ? living.sinceMs : nowMs;
    this.#alive.set(agent, { sinceMs, heardMs: nowMs, silentMs: nowMs, last: seen });
    return living ? 'alive' : 'revived';
  }

  /** Declares dead who was silent for too long, and returns them. */
  expire(nowMs: number): string[] {
    const expired: string[] = [];
    for (const [agent, life] of this.#alive) {
      if (life.silentMs + SILENCE_MS_MAX > nowMs) break;
      this.#alive.delete(agent);
      this.#dead.set(agent, { ...life, sinceMs: nowMs });
      expired.push(agent);
    }
    return expired;
  }

  /** When the next agent comes due, unless it is heard before. */
  get nextDueMs(): number | undefined {
    const [first] = this.#alive.values();
    return first && first.silentMs + SILENCE_MS_MAX;
  }

  /** Nothing could be heard until now, for a reason of our own: silence counts from here. */
  forgive(nowMs: number): void {
    for (const life of this.#alive.values()) life.silentMs = nowMs;
  }

  /** As it is stored and shown. */
  get(agent: string): Liveness | undefined {
    const living = this.#alive.get(agent);
    const life = living ?? this.#dead.get(agent);
    if (!life) return undefined;
    return {
      id: agent,
      state: living ? 'alive' : 'dead',
      sinceMs: life.sinceMs,
      heardMs: life.heardMs,
    };
  }

  /** All of them. */
  *all(): Generator<Liveness> {
    for (const agent of [...this.#alive.keys(), ...this.#dead.keys()]) {
      const life = this.get(agent);
      if (life) yield life;
    }
  }
}

/**
 * A heartbeat counts if it is newer than the last one and was sent just now. By a clock that is wrong it
 * seems sent long ago, as one does that waited in the queue; the two differ in the next one: from a wrong
 * clock it is as much off again, from a queue that empties at once it is one interval less.
 */
function isFresh(seen: Seen, { last, doubtful }: Life): boolean {
  const isNewer = !last || seen.sequence > last.sequence || seen.sentMs > last.sentMs;
  if (isNewer && Math.abs(delayOf(seen)) <= SILENCE_MS_MAX) return true;
  if (isNewer && last && isSteady(seen, last)) return true;
  return doubtful !== undefined && seen.sentMs > doubtful.sentMs && isSteady(seen, doubtful);
}

function isSteady(seen: Seen, before: Seen): boolean {
  return Math.abs(delayOf(seen) - delayOf(before)) <= HEARTBEAT_INTERVAL_MS / 2;
}

function isRepeated(seen: Seen, last: Seen | undefined): boolean {
  return seen.sentMs === last?.sentMs && seen.sequence === last.sequence;
}

function delayOf({ arrivedMs, sentMs }: Seen): number {
  return arrivedMs - sentMs;
}
