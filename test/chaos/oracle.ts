/** Reads everything back by search and counts what is lost and what is there twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../scripts/api-client.ts';

/** The verdict; all but `lines` must be 0. */
export interface Verdict {
  readonly lines: number;
  readonly lost: number;
  readonly doubled: number;
  /** Lines that nobody wrote like that. */
  readonly broken: number;
  /** The first few lost and doubled lines, with the ids of the doubled, for the person who looks into it. */
  readonly examples: readonly string[];
}

/** A verdict, and how often what it was read from had to be asked for again. */
export interface ReadVerdict extends Verdict {
  readonly retried: number;
}

const PAGE = 10_000;
/** What is asked for in pages at once: a few pages at the usual load. */
const STRETCH_MS = 10_000;
const EXAMPLES = 12;
/** Of one page: a component that was killed last may still be coming back. */
const PAGE_TRIES = 8;
/** Before the second try; each further one waits that much longer. */
const PAGE_PAUSE_MS = 1_000;

/** Of time: `from` is in it, `to` is not. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** See {@link judge}. */
export interface JudgeOptions {
  readonly span: Span;
  readonly pauseMs?: number;
}

/** What pages are asked of. */
export type Pages = Pick<ApiClient, 'searchPage'>;

/**
 * Compares what search returns for `mark` with the number of lines written to each file. It is read by stretches
 * of time, since a page costs what all lines of its query cost.
 *
 *
 * @param options `span`: when the lines were written, ms since 1970; those of other times are read as well. `pauseMs`:
 * before a page without a whole answer is asked for again, times the tries so far
 * @throws the error of a page that never had a whole answer
 */
export async function judge(
  pages: Pages,
  mark: string,
  written: readonly number[],
  { span, pauseMs = PAGE_PAUSE_MS }: JudgeOptions,
): Promise<ReadVerdict> {
  let retried = 0;
  const onRetry = async (tries: number) => {
    retried += 1;
    await sleep(pauseMs * tries);
  };
  async function* eachStretch() {
    for (const stretch of stretchesOf(span)) {
      yield* recordsOf(pages, { query: mark, ...stretch }, onRetry);
    }
  }
  return { ...(await tally(eachStretch(), written)), retried };
}

/** All of time: before a span, by STRETCH_MS within it, and after it. */
function* stretchesOf({ from, to }: Span): Generator<Partial<Span>> {
  yield { to: from };
  for (let at = from; at < to; at += STRETCH_MS)
    yield { from: at, to: Math.min(at + STRETCH_MS, to) };
  yield { from: to };
}

/** One line as it is written: line `number` of file `file`. */
export function numberedLine(mark: string, file: number, number: number): string {
  const filler = 'x'.repeat((number * 7) % 120);
  return `${new Date().toISOString()} INFO ${mark} f${file} n${number} ${filler}\n`;
}

/** Compares records of {@link numberedLine}s with the number of lines written to each file. */
export async function tally(
  records: AsyncIterable<{ readonly id: string; readonly body: string }>,
  written: readonly number[],
): Promise<Verdict> {
  const seen = written.map((count) => new Array<string | undefined>(count));
  const examples: string[] = [];
  let [doubled, broken] = [0, 0];
  for await (const { id, body } of records) {
    const match = /INFO \S+ f(\d+) n(\d+) (x*)$/.exec(body);
    const [file, number] = [Number(match?.[1]), Number(match?.[2])];
    const marks = seen[file];
    const whole = match?.[3]?.length === (number * 7) % 120;
    if (!marks || number >= marks.length || !whole) broken += 1;
    else if (marks[number] === undefined) marks[number] = id;
    else {
      doubled += 1;
      if (examples.length < EXAMPLES) examples.push(`f${file} n${number}: ${marks[number]}, ${id}`);
    }
  }
  let lost = 0;
  for (const [file, marks] of seen.entries()) {
    for (const [number, id] of marks.entries()) {
      if (id !== undefined) continue;
      lost += 1;
      if (examples.length < EXAMPLES) examples.push(`f${file} n${number}: lost`);
    }
  }
  const lines = written.reduce((sum, count) => sum + count, 0);
  return { lines, lost, doubled, broken, examples };
}

async function* recordsOf(
  pages: Pages,
  wanted: { readonly query: string } & Partial<Span>,
  onRetry: (tries: number) => Promise<void>,
) {
  let cursor: string | undefined;
  do {
    const request = {
      ...{ ...wanted, order: 'oldest' as const, limit: PAGE },
      ...(cursor === undefined ? {} : { cursor }),
    };
    const page = await wholePage(pages, request, onRetry);
    yield* page.records;
    cursor = page.next;
  } while (cursor !== undefined);
}

/** One page that says of nothing that it is missing. */
async function wholePage(
  pages: Pages,
  request: Parameters<Pages['searchPage']>[0],
  onRetry: (tries: number) => Promise<void>,
) {
  for (let tries = 1; ; tries++) {
    try {
      const page = await pages.searchPage(request);
      if (page.missing.length === 0) return page;
      throw new Error(`the last answer is partial: ${page.missing.join(', ')}`);
    } catch (error) {
      if (tries === PAGE_TRIES) throw error;
      await onRetry(tries);
    }
  }
}
