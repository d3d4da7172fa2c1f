import type { Bus } from '@apiary/common/bus/bus.ts';
import type { AppendOutcome } from '@apiary/common/chunks/chunks.ts';
import { type ByteRange, mergeRanges } from '@apiary/common/chunks/ranges.ts';
import type { Clock } from '@apiary/common/clock.ts';
import {
  HOLDINGS_EVENT_INTERVAL_MS,
  HOLDINGS_GENERATIONS_MAX,
  HOLDINGS_RANGES_MAX,
} from '@apiary/common/limits/ledger.ts';
import type { EventBody } from '@apiary/common/messages/events.ts';
import type { Holding } from '@apiary/common/messages/ledger.ts';

/** Tells what was stored, as the event `holdings.added`: what one interval brought together; silent at rest. */
export class StoredTeller {
  readonly #context: { readonly bus: Bus; readonly clock: Clock; readonly instance: string };
  /** Generation → what was added since the last event. As many as one interval's commits hold. */
  #added = new Map<string, readonly ByteRange[]>();
  #cancel: (() => void) | undefined;

  constructor(context: { readonly bus: Bus; readonly clock: Clock; readonly instance: string }) {
    this.#context = context;
  }

  /** Notes a commit. */
  add(outcomes: readonly AppendOutcome[]): void {
    for (const run of outcomes.flatMap(({ runs }) => runs)) {
      if (run.kind !== 'stored') continue;
      for (const { generation, from, to } of run.pieces) {
        const known = this.#added.get(generation) ?? [];
        this.#added.set(generation, mergeRanges(known, [{ from, to }]));
      }
    }
    if (this.#added.size === 0) return;
    const { clock } = this.#context;
    this.#cancel ??= clock.after(HOLDINGS_EVENT_INTERVAL_MS, () => this.#tell());
  }

  /** Tells nothing more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #tell(): void {
    this.#cancel = undefined;
    const { bus, instance } = this.#context;
    const all = [...this.#added].flatMap(([generation, ranges]) => holdingsOf(generation, ranges));
    this.#added = new Map();
    for (let at = 0; at < all.length; at += HOLDINGS_GENERATIONS_MAX) {
      const holdings = all.slice(at, at + HOLDINGS_GENERATIONS_MAX);
      const body: EventBody<'holdings.added'> = { instance, holdings };
      bus.events.emit('holdings.added', body);
    }
  }
}

/** What is held of a generation, in as many parts as its ranges need. */
export function holdingsOf(generation: string, ranges: readonly ByteRange[]): Holding[] {
  const parts: Holding[] = [];
  for (let at = 0; at < ranges.length; at += HOLDINGS_RANGES_MAX) {
    const some = ranges.slice(at, at + HOLDINGS_RANGES_MAX);
    const bytes = some.reduce((sum, { from, to }) => sum + to - from, 0);
    parts.push({ generation, ranges: some, bytes });
  }
  return parts;
}
