import { RULE_GROUPS_MAX } from '@apiary/common/limits/alerts.ts';

/**
 * The groups of one rule, at most RULE_GROUPS_MAX: past it the one touched longest ago is forgotten, unless
 * `keep` says that it is in use; then the next one.
 */
export class GroupTable<S> {
  readonly #groups = new Map<string, S>();
  readonly #make: () => S;
  readonly #keep: (state: S) => boolean;
  /** Groups that were forgotten. */
  forgotten = 0;

  constructor(make: () => S, keep: (state: S) => boolean) {
    this.#make = make;
    this.#keep = keep;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** The state of a group, made where it is missing; it counts as touched. */
  touch(group: string): S {
    const known = this.#groups.get(group);
    const state = known ?? this.#make();
    if (known) this.#groups.delete(group);
    this.#groups.set(group, state);
    if (this.#groups.size > RULE_GROUPS_MAX) this.#forgetOne();
    return state;
  }

  delete(group: string): void {
    this.#groups.delete(group);
  }

  entries(): IterableIterator<[string, S]> {
    return this.#groups.entries();
  }

  #forgetOne(): void {
    let looked = 0;
    for (const [group, state] of this.#groups) {
      // Those in use are bounded by RULE_ALERTS_MAX; far fewer than groups.
      if (this.#keep(state) && ++looked < RULE_GROUPS_MAX) continue;
      this.#groups.delete(group);
      this.forgotten++;
      return;
    }
  }
}
