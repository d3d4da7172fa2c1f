/**
 * One search as the Search page shows it: the stream of stored lines, exact counts, and the lines that
 * are committed while one looks. A new search replaces what is shown only when its first part is
 * here; live lines are painted at most every LIVE_PAINT_MS, more seldom in a burst, and wait while a person reads.
 */
import type { Clock } from '@apiary/common/clock.ts';
import type { AppError } from '@apiary/common/errors.ts';
import {
  HISTOGRAM_BUCKETS_MAX,
  LIVE_BURST_LINES,
  LIVE_BURST_PAINT_MS,
  LIVE_PAINT_MS,
  LIVE_PENDING_MAX,
  LIVE_RECOUNT_MS,
  LOG_OLDER_PAGE_ROWS,
  LOG_PAGE_ROWS,
} from '@apiary/common/limits.ts';
import type { SearchPart, SearchRequest } from '@apiary/common/messages/actions/honeycomb.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { Connection, ConnectionState } from './connection.ts';
import { addLines, bucketCount, type Counts, moveTo, withBuckets } from './counts.ts';
import { LogBuffer } from './log-buffer.ts';
import { NewLines } from './new-lines.ts';
import { SearchStreams } from './search-streams.ts';
import { Store } from './store.ts';
import { isLive, type TimeRange, windowOf } from './time-range.ts';

/** Lines that came while the connection was lost; shown as a row where they begin. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lines: number;
}

/** What the page draws. Rows are in {@link LogSearch.buffer}; `version` changes with them. */
export interface SearchView {
  readonly query: string;
  readonly range: TimeRange;
  /** `searching` until the last part is here. */
  readonly status: 'idle' | 'searching' | 'done' | 'failed';
  /** True once something of this search is shown; before that it is the previous one. */
  readonly fresh: boolean;
  readonly version: number;
  readonly counts: Counts;
  readonly elapsedMs: number;
  readonly missing: readonly string[];
  readonly error: AppError | undefined;
  /** Live lines that wait while the list is held. */
  readonly waiting: number;
  /** True if there are older lines behind the last row. */
  readonly more: boolean;
  readonly loadingOlder: boolean;
  readonly gap: Gap | undefined;
  /** Live lines that could not be delivered; they are stored and counted by the next search. */
  readonly missed: number;
}

const NO_COUNTS: Counts = { total: 0, hosts: 0, histogram: undefined };

/** See the top of this file. */
export class LogSearch {
  readonly buffer = new LogBuffer();
  readonly #news = new NewLines();
  readonly view = new Store<SearchView>({
    query: '',
    range: { kind: 'all' },
    status: 'idle',
    fresh: false,
    version: 0,
    counts: NO_COUNTS,
    elapsedMs: 0,
    missing: [],
    error: undefined,
    waiting: 0,
    more: false,
    loadingOlder: false,
    gap: undefined,
    missed: 0,
  });
  readonly #clock: Clock;
  readonly #streams: SearchStreams;
  /** Live lines that came before the search's last part. */
  #early: LogRecord[] = [];
  /** Live lines since the last paint. */
  #arrived: LogRecord[] = [];
  #arrivedOmitted = 0;
  #waiting: LogRecord[] = [];
  #waitingOverflowed = false;
  #held = false;
  /** True while a search after a loss leaves the rows of a reading person alone. */
  #keepRows = false;
  #paintPending = false;
  #paintedAtMs = 0;
  #paintedLines = 0;
  #next: string | undefined;
  #cancelPaint: () => void = () => {};
  #lostAtMs: number | undefined;
  #recountDue = false;
  readonly #close: () => void;

  constructor(connection: Connection, clock: Clock) {
    this.#clock = clock;
    this.#streams = new SearchStreams(connection, {
      records: (records, omitted) => this.#onLive(records, omitted),
      missed: (count) => this.#onMissed(count),
    });
    this.#close = connection.state.subscribe(() => this.#onConnection(connection.state.get()));
  }

  /** Stops everything. */
  close(): void {
    this.#close();
    this.#cancelPaint();
    this.#streams.close();
  }

  /** Searches anew. What is shown stays until the first part is here. */
  start(query: string, range: TimeRange): void {
    this.#lostAtMs = undefined;
    this.view.patch({ query, range, gap: undefined });
    this.#run(false);
  }

  /** Asks the same again, e.g. because the answer was partial. */
  repeat(): void {
    this.#run(false);
  }

  /** Stops a search under way; what is here stays. */
  stop(): void {
    this.#streams.cancelSearch();
    this.view.patch({ status: 'done', fresh: true, more: false });
    this.#admitEarly();
  }

  /** While held, new lines wait: nothing that a person looks at moves. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    if (!held) this.release();
  }

  /** Shows the lines that waited. */
  release(): void {
    if (this.#waitingOverflowed) {
      this.#run(false);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    this.buffer.insert(waiting);
    this.#changed({ waiting: 0 });
  }

  /** True for a line that has just come in by itself. */
  isNew(id: string): boolean {
    return this.#news.has(id, this.#clock.now());
  }

  /** Fetches the next page of older lines. */
  loadOlder(): void {
    const view = this.view.get();
    const cursor = this.#next;
    if (view.status !== 'done' || view.loadingOlder || !cursor || this.buffer.full) return;
    this.view.patch({ loadingOlder: true });
    const request = { ...this.#request(), limit: LOG_OLDER_PAGE_ROWS, cursor };
    this.#streams.search(request, {
      part: (part) => {
        if (part.type === 'records') {
          this.buffer.appendOlder(part.records);
          this.#changed({});
        } else if (part.type === 'done') {
          this.#next = part.next;
          this.#changed({ more: part.next !== undefined, loadingOlder: false });
        }
      },
      failed: (error) => this.view.patch({ loadingOlder: false, error }),
    });
  }

  #request(): SearchRequest {
    const { query, range } = this.view.get();
    const window = windowOf(range, this.#clock.now());
    return {
      query,
      ...(window.fromMs === undefined ? {} : { from: window.fromMs }),
      ...(window.toMs === undefined ? {} : { to: window.toMs }),
      order: 'newest',
      limit: LOG_PAGE_ROWS,
    };
  }

  /** With `keepRows` the rows stay as they are: counts alone are fetched, new lines wait. */
  #run(keepRows: boolean): void {
    this.#cancelPaint();
    this.#early = [];
    this.#arrived = [];
    this.#arrivedOmitted = 0;
    this.#waiting = [];
    this.#waitingOverflowed = keepRows;
    if (!keepRows) this.#next = undefined;
    this.#keepRows = keepRows;
    const { query, range } = this.view.get();
    const fresh = keepRows;
    this.view.patch({
      status: 'searching',
      fresh,
      error: undefined,
      waiting: 0,
      missed: 0,
      loadingOlder: false,
    });
    const buckets = windowOf(range, this.#clock.now()).buckets;
    const request = { ...this.#request(), histogram: { buckets } };
    this.#streams.start(
      keepRows ? { ...request, limit: 0 } : request,
      isLive(range) ? query : undefined,
      { part: (part) => this.#onPart(part), failed: (error) => this.#onFailed(error) },
    );
  }

  #onPart(part: SearchPart): void {
    const first = !this.view.get().fresh;
    if (first) this.buffer.clear();
    if (part.type === 'records') {
      this.buffer.appendOlder(part.records);
      const counts = this.#withLines(first ? NO_COUNTS : this.view.get().counts);
      this.#changed({ counts, ...(first && { fresh: true, more: false, missing: [] }) });
    } else if (part.type === 'counts') {
      const counts = this.#countsOf(part);
      this.#changed({ fresh: true, counts: this.#keepRows ? counts : this.#withLines(counts) });
    } else {
      if (!this.#keepRows) this.#next = part.next;
      const counts = { ...this.view.get().counts, total: part.total };
      this.#changed({
        status: 'done',
        fresh: true,
        counts,
        elapsedMs: part.elapsedMs,
        missing: part.missing,
        more: this.#next !== undefined,
      });
      this.#noteGap();
      this.#admitEarly();
    }
  }

  /** Lines may be here before they are counted: there are at least as many. */
  #withLines(counts: Counts): Counts {
    return { ...counts, total: Math.max(counts.total, this.buffer.size) };
  }

  #countsOf(part: Extract<SearchPart, { type: 'counts' }>): Counts {
    const { total, hosts, histogram } = part;
    const range = this.view.get().range;
    if (!histogram || range.kind === 'all') return { total, hosts, histogram };
    const buckets = windowOf(range, this.#clock.now()).buckets;
    return { total, hosts, histogram: withBuckets(histogram, buckets) };
  }

  #onFailed(error: AppError): void {
    this.view.patch({ status: 'failed', error });
  }

  /** Lines that came by push during the search: those that its answer did not hold. */
  #admitEarly(): void {
    const early = this.#early.filter((record) => !this.buffer.has(record.id));
    this.#early = [];
    if (early.length > 0) this.#onLive(early, 0);
  }

  #onLive(records: readonly LogRecord[], omitted: number): void {
    const view = this.view.get();
    if (view.status === 'searching') {
      if (this.#early.length < LIVE_PENDING_MAX) this.#early.push(...records);
      return;
    }
    const from = windowOf(view.range, this.#clock.now()).fromMs ?? Number.NEGATIVE_INFINITY;
    for (const record of records) if (record.time >= from) this.#arrived.push(record);
    this.#arrivedOmitted += omitted;
    this.#schedulePaint();
  }

  #schedulePaint(): void {
    if (this.#paintPending) return;
    this.#paintPending = true;
    const since = this.#clock.now() - this.#paintedAtMs;
    const isBurst = this.#paintedLines + this.#arrived.length >= LIVE_BURST_LINES;
    const waitMs = (isBurst ? LIVE_BURST_PAINT_MS : LIVE_PAINT_MS) - since;
    const cancel = this.#clock.after(Math.max(0, waitMs), () => this.#paint());
    this.#cancelPaint = () => {
      cancel();
      this.#paintPending = false;
    };
  }

  #paint(): void {
    this.#paintPending = false;
    this.#paintedAtMs = this.#clock.now();
    const arrived = this.#arrived.filter((record) => !this.buffer.has(record.id));
    const omitted = this.#arrivedOmitted;
    this.#paintedLines = this.#arrived.length;
    this.#arrived = [];
    this.#arrivedOmitted = 0;
    const view = this.view.get();
    const slides = view.range.kind === 'last';
    const moved = moveTo(view.counts, this.#clock.now(), {
      slides,
      bucketsMax: HISTOGRAM_BUCKETS_MAX,
    });
    const counted = addLines(moved, arrived);
    const held = this.#held;
    if (held) this.#wait(arrived);
    else {
      this.buffer.insert(arrived);
      this.#news.add(arrived, this.#paintedAtMs);
    }
    const counts = {
      ...counted,
      total: counted.total + omitted,
      hosts: Math.max(counted.hosts, this.buffer.hosts),
    };
    const charted = counts.histogram !== undefined && bucketCount(counts.histogram) > 0;
    const waiting = held ? view.waiting + arrived.length + omitted : 0;
    this.#changed({ counts, waiting });
    if (omitted > 0 || !charted) this.#recountLater();
  }

  #wait(records: readonly LogRecord[]): void {
    const room = LIVE_PENDING_MAX - this.#waiting.length;
    this.#waiting.push(...records.slice(0, Math.max(0, room)));
    if (records.length > room) this.#waitingOverflowed = true;
  }

  #onMissed(count: number): void {
    this.view.patch({ missed: this.view.get().missed + count });
    this.#recountLater();
  }

  /** Omitted lines have no level or time here: the store counts them, once the burst lets up. */
  #recountLater(): void {
    if (this.#recountDue) return;
    this.#recountDue = true;
    this.#clock.after(LIVE_RECOUNT_MS, () => {
      this.#recountDue = false;
      const view = this.view.get();
      if (view.status !== 'done') return;
      const buckets = windowOf(view.range, this.#clock.now()).buckets;
      this.#streams.search(
        { ...this.#request(), limit: 0, histogram: { buckets } },
        {
          part: (part) => {
            if (part.type === 'counts') this.view.patch({ counts: this.#countsOf(part) });
          },
          failed: () => {},
        },
      );
    });
  }

  #onConnection(state: ConnectionState): void {
    if (state.kind === 'lost') this.#lostAtMs ??= state.sinceMs;
    if (state.kind !== 'open' || state.openings === 1) return;
    if (this.view.get().status === 'idle') return;
    this.#run(this.#held && this.buffer.size > 0);
  }

  /** Back after a loss: how many lines came meanwhile. */
  #noteGap(): void {
    const fromMs = this.#lostAtMs;
    this.#lostAtMs = undefined;
    if (fromMs === undefined || !isLive(this.view.get().range)) return;
    const toMs = this.#clock.now();
    this.#streams.search(
      { ...this.#request(), from: fromMs, to: toMs, limit: 0 },
      {
        part: (part) => {
          if (part.type !== 'done' || part.total === 0) return;
          const gap = { fromMs, toMs, lines: part.total };
          const waiting = this.view.get().waiting + (this.#keepRows ? part.total : 0);
          this.#changed({ gap, waiting });
        },
        failed: () => {},
      },
    );
  }

  #changed(change: Partial<SearchView>): void {
    this.view.patch({ ...change, version: this.view.get().version + 1 });
  }
}
