/**
 * The delivery ledger: for each generation how many bytes were seen, read and confirmed, and how many the
 * Bee knows that it could not read. A gap is logged when it is found and counted here.
 */

/** One generation's figures: offsets in its source, and bytes lost. */
export interface LedgerEntry {
  readonly generation: string;
  file: string;
  /** The source's length when it was last looked at. */
  seen: number;
  read: number;
  confirmed: number;
  /** Bytes that were there and went before they were read. */
  lost: number;
}

/** Sums over a Bee's life. */
export interface LedgerTotals {
  linesRead: number;
  bytesRead: number;
  bytesConfirmed: number;
  bytesLost: number;
}

/** See the file's head. Entries live as long as their input reads the generation. */
export class Ledger {
  readonly totals: LedgerTotals = { linesRead: 0, bytesRead: 0, bytesConfirmed: 0, bytesLost: 0 };
  readonly #entries = new Map<string, LedgerEntry>();

  /** The entry of a generation that is being read, from `offset` on. */
  open(generation: string, file: string, offset: number): LedgerEntry {
    const known = this.#entries.get(generation);
    if (known) return known;
    const entry = { generation, file, seen: offset, read: offset, confirmed: offset, lost: 0 };
    this.#entries.set(generation, entry);
    return entry;
  }

  /** Forgets a generation that is no longer read; its figures stay in the totals. */
  close(generation: string): void {
    this.#entries.delete(generation);
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
  }

  /** Counts what the broker has. */
  countConfirmed(entry: LedgerEntry, to: number): void {
    this.totals.bytesConfirmed += to - entry.confirmed;
    entry.confirmed = to;
  }

  /** Counts bytes that went before they were read. */
  countLost(entry: LedgerEntry, bytes: number): void {
    entry.lost += bytes;
    this.totals.bytesLost += bytes;
  }
}
