/** One generation's line of the ledger: a Bee's figures beside honeycomb's. Pure; times are given. */
import { type ByteRange, mergeRanges } from '@apiary/common/chunks/ranges.ts';
import { LEDGER_STUCK_MS } from '@apiary/common/limits/ledger.ts';
import type { Holding, LedgerLine, LedgerReportEntry } from '@apiary/common/messages/ledger.ts';

/** What keeps bytes from going on. */
export type Stage = 'reading' | 'confirming' | 'storing';

type Figures = Pick<LedgerLine, 'stored' | 'reached' | 'lag' | 'missing'>;

/** See the file's head. */
export class Line {
  #entry: LedgerReportEntry;
  /** Undefined until honeycomb was asked: what is stored is not known. */
  #ranges: readonly ByteRange[] | undefined;
  #movedMs: number;
  /** Since when bytes are missing. */
  #missingMs: number | undefined;
  #lostTold: number;
  /** It was told that this line stands still, or that bytes are missing. */
  isToldStuck = false;
  toldMissing = 0;
  /** The Bee tells its whole ledger anew and has not named this line yet. */
  isDoubted = false;

  constructor(entry: LedgerReportEntry, nowMs: number) {
    this.#entry = entry;
    this.#movedMs = nowMs;
    this.#lostTold = 0;
  }

  get entry(): LedgerReportEntry {
    return this.#entry;
  }

  /** False until {@link hold} was called with what honeycomb answered. */
  get isHeldKnown(): boolean {
    return this.#ranges !== undefined;
  }

  get movedMs(): number {
    return this.#movedMs;
  }

  /** All of it is stored, as far as it was confirmed. */
  get isSettled(): boolean {
    const { lag, missing } = this.figures;
    return this.isHeldKnown && lag === 0 && missing === 0;
  }

  /** Takes what the Bee tells now. */
  report(entry: LedgerReportEntry, nowMs: number): void {
    const before = this.figures;
    // A Bee that began anew resumes where the broker had confirmed: what came before is not looked at again.
    this.#entry = entry;
    this.isDoubted = false;
    this.#note(before, nowMs);
  }

  /** No more will come of it. */
  end(): void {
    this.#entry = { ...this.#entry, ended: true };
    this.isDoubted = false;
  }

  /** Takes what honeycomb holds, or has added to it. */
  hold({ ranges }: Pick<Holding, 'ranges'>, nowMs: number, kind: 'all' | 'added'): void {
    if (kind === 'added' && !this.#ranges) return;
    const before = this.figures;
    this.#ranges = mergeRanges(kind === 'all' ? [] : (this.#ranges ?? []), ranges);
    this.#note(before, nowMs);
  }

  /** Lost bytes that were not told of yet; they count as told from here. */
  takeLost(): number {
    const fresh = this.#entry.lost - this.#lostTold;
    this.#lostTold = this.#entry.lost;
    return Math.max(0, fresh);
  }

  /** What is stored, what waits, and what is missing though later bytes are there. */
  get figures(): Figures {
    const { from, seen, confirmed, skipped, quietTo, ended } = this.#entry;
    if (!this.#ranges) return { stored: from, reached: from, lag: 0, missing: 0 };
    let allowance = skipped;
    let stored = from;
    let reached = from;
    let missing = 0;
    for (const range of this.#ranges) {
      if (range.to <= reached) continue;
      const hole = Math.max(0, range.from - reached);
      if (hole <= allowance) allowance -= hole;
      else missing += hole;
      reached = range.to;
      if (missing === 0) stored = reached;
    }
    if (confirmed > reached && confirmed - reached <= allowance) reached = confirmed;
    if (missing === 0) stored = reached;
    const wanted = ended ? confirmed : seen > quietTo ? seen : confirmed;
    return { stored, reached, lag: Math.max(0, wanted - reached), missing };
  }

  /** Why it does not go on; undefined where nothing waits. */
  get stage(): Stage | undefined {
    const { lag, reached } = this.figures;
    if (lag === 0) return undefined;
    if (this.#entry.confirmed > reached) return 'storing';
    return this.#entry.read > this.#entry.confirmed ? 'confirming' : 'reading';
  }

  /** When this line has to be looked at if nothing more is heard; undefined where all is well. */
  get dueMs(): number | undefined {
    const { lag, missing } = this.figures;
    const stuckMs = lag > 0 && !this.isToldStuck ? this.#movedMs + LEDGER_STUCK_MS : undefined;
    const gapMs =
      missing > this.toldMissing && this.#missingMs !== undefined
        ? this.#missingMs + LEDGER_STUCK_MS
        : undefined;
    if (stuckMs === undefined || gapMs === undefined) return stuckMs ?? gapMs;
    return Math.min(stuckMs, gapMs);
  }

  /** Bytes were missing for so long that they will not come. */
  isGap(nowMs: number): boolean {
    return this.#missingMs !== undefined && nowMs - this.#missingMs >= LEDGER_STUCK_MS;
  }

  /** Something waits and nothing has moved for long. */
  isStuck(nowMs: number): boolean {
    return this.figures.lag > 0 && nowMs - this.#movedMs >= LEDGER_STUCK_MS;
  }

  /** Nothing can be said of its standing still: the time begins anew. */
  postpone(nowMs: number): void {
    this.#movedMs = nowMs;
  }

  /** As screens show it. What is stored was seen, read and confirmed, though no heartbeat has told so yet. */
  view(nowMs: number): LedgerLine {
    const { figures } = this;
    const { seen, read, confirmed } = this.#entry;
    return {
      ...this.#entry,
      ...figures,
      seen: Math.max(seen, figures.reached),
      read: Math.max(read, figures.reached),
      confirmed: Math.max(confirmed, figures.reached),
      state: this.#state(nowMs),
      sinceMs: this.#movedMs,
    };
  }

  #state(nowMs: number): LedgerLine['state'] {
    const { lag } = this.figures;
    if (this.#entry.lost > 0 || this.isGap(nowMs)) return 'gap';
    if (this.isToldStuck) return 'stuck';
    if (lag > 0) return 'moving';
    return this.#entry.ended ? 'ended' : 'current';
  }

  #note(before: Figures, nowMs: number): void {
    const { stored, reached, lag, missing } = this.figures;
    const hasMoved = stored !== before.stored || reached !== before.reached;
    if (hasMoved || (before.lag === 0 && lag > 0)) this.#movedMs = nowMs;
    if (missing === 0) this.#missingMs = undefined;
    else if (missing !== before.missing || this.#missingMs === undefined) this.#missingMs = nowMs;
  }
}
