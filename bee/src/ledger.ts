/**
 * The delivery ledger: for each generation how many bytes were seen, read and confirmed, and how many the
 * Bee knows that it could not read. A gap is logged when it is found and counted here. What changed
 * travels with the heartbeats; all of it after each welcome, so that whatever was lost heals.
 */
import { LEDGER_ENTRIES_PER_HEARTBEAT_MAX } from '@apiary/common/limits/ledger.ts';
import type { LedgerReport, LedgerReportEntry } from '@apiary/common/messages/ledger.ts';

/** Ended generations that wait to be told; past it the oldest are not told any more. */
const ENDED_MAX = 1_000;

/** One generation's figures: offsets in its source, and bytes skipped and lost. */
export type LedgerEntry = {
  -readonly [K in keyof LedgerReportEntry]: LedgerReportEntry[K];
};

/** Sums over a Bee's life. */
export interface LedgerTotals {
  linesRead: number;
  bytesRead: number;
  bytesConfirmed: number;
  bytesLost: number;
  /** Generations whose files went before they were known to be read to their ends. */
  generationsAbandoned: number;
  /** Searches for a copy that were ended because its folder did not stand still. */
  searchesGivenUp: number;
}

/** See the file's head. Entries live as long as their input reads the generation. */
export class Ledger {
  readonly totals: LedgerTotals = {
    linesRead: 0,
    bytesRead: 0,
    bytesConfirmed: 0,
    bytesLost: 0,
    generationsAbandoned: 0,
    searchesGivenUp: 0,
  };
  readonly #entries = new Map<string, LedgerEntry>();
  /** Generation → what was told of it last. */
  readonly #told = new Map<string, LedgerEntry>();
  readonly #ended = new Map<string, LedgerEntry>();
  #begins = true;

  /** The entry of a generation that is being read, from `offset` on. */
  open(
    generation: string,
    from: { readonly target: string; readonly file: string; readonly offset: number },
  ): LedgerEntry {
    const known = this.#entries.get(generation);
    if (known) return known;
    const { target, file, offset } = from;
    const places = { from: offset, seen: offset, read: offset, confirmed: offset };
    const entry: LedgerEntry = {
      generation,
      target,
      file: file.slice(0, 4096),
      ...places,
      skipped: 0,
      lost: 0,
      quietTo: 0,
      ended: false,
    };
    this.#entries.set(generation, entry);
    this.#ended.delete(generation);
    return entry;
  }

  /** Forgets a generation that is no longer read, once that is told; its figures stay in the totals. */
  close(generation: string): void {
    const entry = this.#entries.get(generation);
    if (!entry) return;
    this.#entries.delete(generation);
    entry.ended = true;
    this.#ended.set(generation, entry);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= ENDED_MAX) break;
      this.#forget(oldest);
    }
  }

  /** All that are being read now. */
  entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }

  /** Counts a run that was read. */
  countRead(entry: LedgerEntry, to: number, records: number): void {
    this.totals.bytesRead += to - entry.read;
    this.totals.linesRead += records;
    entry.read = to;
    // A writer may be quicker than the looks at its file.
    if (entry.seen < to) entry.seen = to;
  }

  /** Counts what the broker has. */
  countConfirmed(entry: LedgerEntry, to: number): void {
    this.totals.bytesConfirmed += to - entry.confirmed;
    entry.confirmed = to;
  }

  /** Counts bytes that are no content and are not sent. */
  countSkipped(entry: LedgerEntry, bytes: number): void {
    entry.skipped += bytes;
  }

  /** Counts bytes that went before they were read. */
  countLost(entry: LedgerEntry, bytes: number): void {
    entry.lost += bytes;
    this.totals.bytesLost += bytes;
  }

  /**
   * Counts a generation whose file is gone, and what is known to have been in it.
   *
   * @param place where its reading ended
   * @param bytes unread ones, as far as is known
   */
  abandon(
    generation: string,
    place: { readonly target: string; readonly file: string; readonly offset: number },
    bytes: number,
  ): void {
    this.totals.generationsAbandoned++;
    const entry = this.open(generation, place);
    entry.seen = Math.max(entry.seen, place.offset + bytes);
    this.countLost(entry, bytes);
    this.close(generation);
  }

  /** Tells everything again, beginning with the next report. */
  tellAll(): void {
    this.#told.clear();
    this.#begins = true;
  }

  /** What has changed since the last report; undefined if nothing has. */
  report(): LedgerReport | undefined {
    const changed: LedgerReportEntry[] = [];
    const begins = this.#begins;
    for (const entries of [this.#ended, this.#entries]) {
      for (const entry of entries.values()) {
        if (changed.length === LEDGER_ENTRIES_PER_HEARTBEAT_MAX) break;
        const told = this.#told.get(entry.generation);
        if (told && isSame(told, entry)) continue;
        const copy = { ...entry };
        changed.push(copy);
        this.#told.set(entry.generation, copy);
      }
    }
    for (const { ended, generation } of changed) if (ended) this.#forget(generation);
    this.#begins = false;
    return begins || changed.length > 0 ? { begins, entries: changed } : undefined;
  }

  #forget(generation: string): void {
    this.#ended.delete(generation);
    this.#told.delete(generation);
  }
}

/** Generation and `from` never change. Asked for every entry at each heartbeat. */
function isSame(a: LedgerEntry, b: LedgerEntry): boolean {
  return (
    a.seen === b.seen &&
    a.read === b.read &&
    a.confirmed === b.confirmed &&
    a.skipped === b.skipped &&
    a.lost === b.lost &&
    a.quietTo === b.quietTo &&
    a.ended === b.ended &&
    a.target === b.target &&
    a.file === b.file
  );
}
