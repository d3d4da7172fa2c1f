import { type FieldTable, textOf } from './codec/field-table.ts';
import type { Queue } from './queue.ts';
import { createMatcher, type ExchangeType, type Matcher } from './routing.ts';

/** What a binding leads to. */
export type Destination = Queue | Exchange;

/** How an exchange was declared. */
export interface ExchangeOptions {
  readonly name: string;
  readonly type: ExchangeType;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
}

/** An exchange with the bindings that start there. */
export class Exchange {
  readonly kind = 'exchange';
  readonly options: ExchangeOptions;
  /** Where messages go that match no binding. */
  readonly alternate: string | undefined;
  /** Exchanges that lead here, with the number of their bindings. */
  readonly boundFrom = new Map<Exchange, number>();
  readonly #matcher: Matcher<Destination>;
  readonly #keys = new Map<Destination, Set<string>>();
  #bindingCount = 0;
  deleted = false;

  constructor(options: ExchangeOptions) {
    this.options = options;
    this.alternate = textOf(options.arguments.get('alternate-exchange'));
    this.#matcher = createMatcher(options.type);
  }

  get name(): string {
    return this.options.name;
  }

  get persistent(): boolean {
    return this.options.durable;
  }

  get bindingCount(): number {
    return this.#bindingCount;
  }

  /** @returns false if the binding was there. */
  bind(key: string, destination: Destination): boolean {
    const keys = this.#keys.get(destination) ?? new Set();
    if (keys.has(key)) return false;
    this.#keys.set(destination, keys.add(key));
    this.#matcher.add(key, destination);
    this.#bindingCount++;
    destination.boundFrom.set(this, keys.size);
    return true;
  }

  /** @returns false if there was no such binding. */
  unbind(key: string, destination: Destination): boolean {
    const keys = this.#keys.get(destination);
    if (!keys?.delete(key)) return false;
    this.#matcher.remove(key, destination);
    this.#bindingCount--;
    if (keys.size > 0) destination.boundFrom.set(this, keys.size);
    else {
      this.#keys.delete(destination);
      destination.boundFrom.delete(this);
    }
    return true;
  }

  /** Removes all bindings to a destination. */
  unbindAll(destination: Destination): void {
    for (const key of [...(this.#keys.get(destination) ?? [])]) this.unbind(key, destination);
  }

  /** Destinations with the keys that lead there. */
  bindings(): ReadonlyMap<Destination, ReadonlySet<string>> {
    return this.#keys;
  }

  match(routingKey: string, found: (destination: Destination) => void): void {
    this.#matcher.match(routingKey, found);
  }
}
