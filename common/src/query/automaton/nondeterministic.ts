/** The states of an expression as Thompson made them: several can hold at once, and some lead on without a character. */
import type { Assertion, Expression } from './expression.ts';

/** Expressions that need more are left to `RegExp`. */
const STATES_MAX = 1000;

/** One state; numbers are those of other states. */
export type State =
  | { readonly kind: 'characters'; readonly has: Uint8Array; readonly next: number }
  | { readonly kind: 'assertion'; readonly what: Assertion; readonly next: number }
  | { readonly kind: 'fork'; readonly next: number[] }
  | { readonly kind: 'match' };

/** All of them. */
export interface States {
  readonly all: readonly State[];
  /** Where it begins. */
  readonly start: number;
}

/** The states of an expression; undefined where they are too many. */
export function statesOf(expression: Expression): States | undefined {
  const builder = new Builder();
  const start = builder.add(expression, builder.put({ kind: 'match' }));
  return builder.isFull ? undefined : { all: builder.all, start };
}

class Builder {
  readonly all: State[] = [];

  get isFull(): boolean {
    return this.all.length > STATES_MAX;
  }

  put(state: State): number {
    return this.all.push(state) - 1;
  }

  /** The state where an expression begins that is followed by state `next`. */
  add(expression: Expression, next: number): number {
    if (this.isFull) return next;
    switch (expression.kind) {
      case 'characters':
        return this.put({ kind: 'characters', has: expression.has, next });
      case 'assertion':
        return this.put({ kind: 'assertion', what: expression.what, next });
      case 'sequence':
        return expression.parts.reduceRight((behind, part) => this.add(part, behind), next);
      case 'choice':
        return this.put({
          kind: 'fork',
          next: expression.parts.map((part) => this.add(part, next)),
        });
      case 'repeat':
        return this.#repeat(expression, next);
    }
  }

  #repeat({ part, least, most }: Expression & { kind: 'repeat' }, next: number): number {
    let entry = next;
    if (most === undefined) {
      const ways = [next];
      entry = this.put({ kind: 'fork', next: ways });
      ways.push(this.add(part, entry));
    } else {
      for (let left = most - least; left > 0 && !this.isFull; left--) {
        entry = this.put({ kind: 'fork', next: [next, this.add(part, entry)] });
      }
    }
    for (let left = least; left > 0 && !this.isFull; left--) entry = this.add(part, entry);
    return entry;
  }
}
