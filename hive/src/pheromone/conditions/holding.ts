import type { Held, Verdict } from './condition.ts';

/** A judgement of one group at one time. */
export interface Judgement {
  readonly group: string;
  readonly holds: boolean;
  readonly atMs: number;
  /** Asked for when it begins to hold. */
  readonly first: () => string;
  readonly value: number;
}

/** For which groups a condition holds: turns judgements into verdicts, which are changes. */
export class Holding {
  /** Group → its first record, and from when on a judgement may end it. */
  readonly #held = new Map<string, { readonly first: string; readonly fromMs: number }>();
  #verdicts: Verdict[] = [];

  has(group: string): boolean {
    return this.#held.has(group);
  }

  /** Notes a judgement. */
  set({ group, holds, atMs, first, value }: Judgement): void {
    const known = this.#held.get(group);
    if (holds === (known !== undefined)) return;
    if (known && atMs <= known.fromMs) return;
    const id = known?.first ?? first();
    if (holds) this.#held.set(group, { first: id, fromMs: Number.NEGATIVE_INFINITY });
    else this.#held.delete(group);
    this.#verdicts.push({ group, holds, atMs, first: id, value });
  }

  /** It was judged up to then already: only what is later counts. */
  restore({ group, first, lastMs }: Held): void {
    this.#held.set(group, { first, fromMs: lastMs });
  }

  take(): Verdict[] {
    return this.#verdicts.splice(0);
  }
}
