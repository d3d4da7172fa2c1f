/** The ledgers of all agents, in memory. Pure but for what it is told; bounded for each agent. */
import {
  LEDGER_ENDED_KEPT,
  LEDGER_ENTRIES_PER_AGENT_MAX,
  LEDGER_ENTRIES_PER_HEARTBEAT_MAX,
  LEDGER_PROBLEMS_KEPT,
  LEDGER_VIEW_ENTRIES_MAX,
} from '@apiary/common/limits/ledger.ts';
import type {
  AgentLedger,
  Holding,
  LedgerLine,
  LedgerProblem,
  LedgerReport,
} from '@apiary/common/messages/ledger.ts';
import { Line } from './ledger-line.ts';

/** One agent's part. */
interface Book {
  readonly lines: Map<string, Line>;
  readonly problems: Writable<LedgerProblem>[];
  /** The Bee has told all of it since we began. */
  complete: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A line with whose it is. */
export interface OwnedLine {
  readonly agent: string;
  readonly line: Line;
}

/** See the file's head. */
export class LedgerTable {
  readonly #books = new Map<string, Book>();
  /** Generation → the agent that reads it. */
  readonly #owners = new Map<string, string>();

  /** True if the agent has told its whole ledger. */
  isComplete(agent: string): boolean {
    return this.#books.get(agent)?.complete ?? false;
  }

  /** Takes a report; returns the lines that it names. */
  report(agent: string, { begins, entries }: LedgerReport, nowMs: number): OwnedLine[] {
    const book = this.#bookOf(agent);
    if (begins) for (const line of book.lines.values()) line.isDoubted = !line.entry.ended;
    const touched: OwnedLine[] = [];
    for (const entry of entries) {
      const known = book.lines.get(entry.generation);
      // Whoever tells of another one's generation is not believed.
      if (!known && this.#owners.has(entry.generation)) continue;
      const line = known ?? new Line(entry, nowMs);
      line.report(entry, nowMs);
      // To the end: the ones that changed least recently come first.
      book.lines.delete(entry.generation);
      book.lines.set(entry.generation, line);
      this.#owners.set(entry.generation, agent);
      touched.push({ agent, line });
    }
    // A part that is not full is the last one: who was not named in any ended while nobody listened.
    if (entries.length < LEDGER_ENTRIES_PER_HEARTBEAT_MAX) endDoubted(book);
    book.complete ||= begins;
    this.#trim(book);
    return touched;
  }

  /** Takes what honeycomb holds of a generation; undefined if nobody tells of it. */
  hold(holding: Holding, nowMs: number, kind: 'all' | 'added'): OwnedLine | undefined {
    const agent = this.#owners.get(holding.generation);
    const line = agent && this.#books.get(agent)?.lines.get(holding.generation);
    if (!line) return undefined;
    line.hold(holding, nowMs, kind);
    return { agent, line };
  }

  /** Forgets an agent. */
  forget(agent: string): void {
    for (const generation of this.#books.get(agent)?.lines.keys() ?? []) {
      this.#owners.delete(generation);
    }
    this.#books.delete(agent);
  }

  /** Every line of every agent. */
  *lines(): Generator<OwnedLine> {
    for (const [agent, { lines }] of this.#books) {
      for (const line of lines.values()) yield { agent, line };
    }
  }

  /** Notes a gap or a stop. */
  addProblem(agent: string, problem: LedgerProblem): void {
    const { problems } = this.#bookOf(agent);
    problems.push({ ...problem });
    if (problems.length > LEDGER_PROBLEMS_KEPT) problems.shift();
  }

  /** What stood still moves again. */
  endStop(agent: string, generation: string, nowMs: number): void {
    for (const problem of this.#bookOf(agent).problems) {
      const isIt = problem.kind === 'stuck' && problem.generation === generation;
      if (isIt && problem.overMs === undefined) problem.overMs = nowMs;
    }
  }

  /** An agent's ledger as screens show it. */
  view(agent: string, name: string, nowMs: number): AgentLedger {
    const book = this.#books.get(agent);
    const lines = [...(book?.lines.values() ?? [])].map((line) => line.view(nowMs));
    lines.sort(byTrouble);
    return {
      agent,
      name,
      atMs: nowMs,
      complete: book?.complete ?? false,
      totals: totalsOf(lines),
      entries: lines.slice(0, LEDGER_VIEW_ENTRIES_MAX),
      omitted: Math.max(0, lines.length - LEDGER_VIEW_ENTRIES_MAX),
      problems: [...(book?.problems ?? [])].reverse(),
    };
  }

  /** Bytes of an agent that are not stored yet. */
  lagOf(agent: string): number {
    let bytes = 0;
    for (const line of this.#books.get(agent)?.lines.values() ?? []) bytes += line.figures.lag;
    return bytes;
  }

  #bookOf(agent: string): Book {
    const known = this.#books.get(agent);
    if (known) return known;
    const book: Book = { lines: new Map(), problems: [], complete: false };
    this.#books.set(agent, book);
    return book;
  }

  #trim(book: Book): void {
    const settled = [...book.lines].filter(([, line]) => line.entry.ended && line.isSettled);
    for (const [generation] of settled.slice(0, -LEDGER_ENDED_KEPT)) this.#drop(book, generation);
    if (book.lines.size <= LEDGER_ENTRIES_PER_AGENT_MAX) return;
    const ended = [...book.lines].filter(([, line]) => line.entry.ended);
    for (const [generation] of [...ended, ...book.lines]) {
      if (book.lines.size <= LEDGER_ENTRIES_PER_AGENT_MAX) break;
      this.#drop(book, generation);
    }
  }

  #drop(book: Book, generation: string): void {
    book.lines.delete(generation);
    this.#owners.delete(generation);
  }
}

function endDoubted(book: Book): void {
  for (const line of book.lines.values()) if (line.isDoubted) line.end();
}

const RANK = { gap: 0, stuck: 1, moving: 2, current: 3, ended: 4 } as const;

function byTrouble(a: LedgerLine, b: LedgerLine): number {
  return RANK[a.state] - RANK[b.state] || b.lag - a.lag || (a.file < b.file ? -1 : 1);
}

function totalsOf(lines: readonly LedgerLine[]): AgentLedger['totals'] {
  const sum = (figure: (line: LedgerLine) => number) =>
    lines.reduce((total, line) => total + figure(line), 0);
  return {
    generations: lines.length,
    seen: sum(({ seen, from }) => seen - from),
    read: sum(({ read, from }) => read - from),
    confirmed: sum(({ confirmed, from }) => confirmed - from),
    stored: sum(({ reached, missing, from }) => reached - from - missing),
    lag: sum(({ lag }) => lag),
    lost: sum(({ lost }) => lost),
    missing: sum(({ missing }) => missing),
  };
}
