/** Which bindings of an exchange match a routing key: one matcher for each exchange type. */

/** Finds destinations by routing key. The same key and destination is at most one binding. */
export interface Matcher<D> {
  add(key: string, destination: D): void;
  remove(key: string, destination: D): void;
  /** Calls `found` for each matching destination, possibly more than once for the same. */
  match(routingKey: string, found: (destination: D) => void): void;
}

/** Exchange types. */
export const EXCHANGE_TYPES = ['direct', 'fanout', 'topic'] as const;

/** One of {@link EXCHANGE_TYPES}. */
export type ExchangeType = (typeof EXCHANGE_TYPES)[number];

/** Makes the matcher of an exchange type. */
export function createMatcher<D>(type: ExchangeType): Matcher<D> {
  if (type === 'topic') return new TopicMatcher();
  return type === 'direct' ? new DirectMatcher() : new FanoutMatcher();
}

class DirectMatcher<D> implements Matcher<D> {
  readonly #byKey = new Map<string, Set<D>>();

  add(key: string, destination: D): void {
    const set = this.#byKey.get(key) ?? new Set<D>();
    this.#byKey.set(key, set.add(destination));
  }

  remove(key: string, destination: D): void {
    const set = this.#byKey.get(key);
    set?.delete(destination);
    if (set?.size === 0) this.#byKey.delete(key);
  }

  match(routingKey: string, found: (destination: D) => void): void {
    for (const destination of this.#byKey.get(routingKey) ?? []) found(destination);
  }
}

class FanoutMatcher<D> implements Matcher<D> {
  readonly #bindings = new Map<D, number>();

  add(_key: string, destination: D): void {
    this.#bindings.set(destination, (this.#bindings.get(destination) ?? 0) + 1);
  }

  remove(_key: string, destination: D): void {
    const count = (this.#bindings.get(destination) ?? 0) - 1;
    if (count > 0) this.#bindings.set(destination, count);
    else this.#bindings.delete(destination);
  }

  match(_routingKey: string, found: (destination: D) => void): void {
    for (const destination of this.#bindings.keys()) found(destination);
  }
}

interface TopicNode<D> {
  readonly words: Map<string, TopicNode<D>>;
  readonly destinations: Set<D>;
}

/** An empty key has no word, not an empty one. */
function wordsOf(key: string): string[] {
  return key === '' ? [] : key.split('.');
}

function createNode<D>(): TopicNode<D> {
  return { words: new Map(), destinations: new Set() };
}

/**
 * A trie over the words of binding keys. All nodes that the words read so far can have led to are
 * followed at once, so a key with many `#` costs words × nodes and never explodes.
 */
class TopicMatcher<D> implements Matcher<D> {
  readonly #root: TopicNode<D> = createNode();

  add(key: string, destination: D): void {
    let node = this.#root;
    for (const word of wordsOf(key)) {
      const next = node.words.get(word) ?? createNode<D>();
      node.words.set(word, next);
      node = next;
    }
    node.destinations.add(destination);
  }

  remove(key: string, destination: D): void {
    this.#remove(this.#root, wordsOf(key), 0, destination);
  }

  #remove(node: TopicNode<D>, words: readonly string[], at: number, destination: D): void {
    const word = words[at];
    if (word === undefined) {
      node.destinations.delete(destination);
      return;
    }
    const next = node.words.get(word);
    if (!next) return;
    this.#remove(next, words, at + 1, destination);
    if (next.words.size === 0 && next.destinations.size === 0) node.words.delete(word);
  }

  match(routingKey: string, found: (destination: D) => void): void {
    let active = withEmptyHashes(new Map([[this.#root, false]]));
    for (const word of wordsOf(routingKey)) {
      const next = new Map<TopicNode<D>, boolean>();
      for (const [node, isHash] of active) {
        if (isHash) next.set(node, true);
        const exact = word === '*' || word === '#' ? undefined : node.words.get(word);
        if (exact && !next.has(exact)) next.set(exact, false);
        const star = node.words.get('*');
        if (star && !next.has(star)) next.set(star, false);
      }
      active = withEmptyHashes(next);
      if (active.size === 0) return;
    }
    for (const node of active.keys())
      for (const destination of node.destinations) found(destination);
  }
}

/** Adds the `#` nodes that match no word at all. The value is true for a `#` node: it may take more words. */
function withEmptyHashes<D>(nodes: Map<TopicNode<D>, boolean>): Map<TopicNode<D>, boolean> {
  for (const node of nodes.keys()) {
    const hash = node.words.get('#');
    // A Map's iteration also visits what is added meanwhile.
    if (hash && nodes.get(hash) !== true) nodes.set(hash, true);
  }
  return nodes;
}
