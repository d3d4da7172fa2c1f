import { QueryProblem } from './problem.ts';
import type { Token, TokenOf } from './token.ts';

/** A cursor over tokens. Meeting an `invalid` token throws its error. */
export class TokenReader {
  readonly source: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(source: string, tokens: readonly Token[]) {
    this.source = source;
    this.#tokens = tokens;
  }

  /** The token ahead, or undefined at the end. */
  peek(): Token | undefined {
    return this.#valid(this.#tokens[this.#next]);
  }

  /** The token behind the one ahead. */
  peekAfter(): Token | undefined {
    return this.#valid(this.#tokens[this.#next + 1]);
  }

  /** The last token taken. */
  previous(): Token | undefined {
    return this.#tokens[this.#next - 1];
  }

  /** Takes the token ahead. */
  next(): Token | undefined {
    const token = this.peek();
    if (token) this.#next++;
    return token;
  }

  /** Takes the token ahead if it is of this kind. */
  take<K extends Token['kind']>(kind: K): TokenOf<K> | undefined {
    const token = this.peek();
    if (token?.kind !== kind) return undefined;
    this.#next++;
    // The kind was compared just above; TypeScript does not narrow by a generic.
    return token as TokenOf<K>;
  }

  /** The query's text at a place. */
  sourceOf(place: { readonly from: number; readonly to: number }): string {
    return this.source.slice(place.from, place.to);
  }

  #valid(token: Token | undefined): Token | undefined {
    if (token?.kind === 'invalid') throw new QueryProblem(token.error);
    return token;
  }
}
