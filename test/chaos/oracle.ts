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
const EXAMPLES = 12;
/** Of one page: a component that was killed last may still be coming back. */
const PAGE_TRIES = 8;
/** Before the second try; each further one waits that much longer. */
const PAGE_PAUSE_MS = 1_000;

/** What pages are asked of. */
export type Pages = Pick<ApiClient, 'searchPage'>;

/**
 * Compares what search returns for `mark` with the number of lines written to each file. Each file is asked for
 * apart, since a page costs what all lines of its query cost; what no file has shows in the count of all.
 *
 * @param pauseMs before a page without a whole answer is asked for again, times the tries so far
 * @throws the error of a page that never had a whole answer
 */
export async function judge(
  pages: Pages,
  mark: string,
  written: readonly number[],
  pauseMs = PAGE_PAUSE_MS,
): Promise<ReadVerdict> {
  let retried = 0;
  const onRetry = async (tries: number) => {
    retried += 1;
    await sleep(pauseMs * tries);
  };
  let seen = 0;
  async function* eachFile() {
    for (const file of written.keys()) {
      for await (const record of recordsOf(pages, `${mark} AND f${file}`, onRetry)) {
        seen += 1;
        yield record;
      }
    }
  }
  const verdict = await tally(eachFile(), written);
  const { total } = await wholePage(pages, { query: mark, limit: 0 }, onRetry);
  const broken = verdict.broken + Math.abs(total - seen);
  return { ...verdict, broken, retried };
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

async function* recordsOf(pages: Pages, query: string, onRetry: (tries: number) => Promise<void>) {
  let cursor: string | undefined;
  do {
    const request = {
      ...{ query, order: 'oldest' as const, limit: PAGE },
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
