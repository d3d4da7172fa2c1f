/** Reads everything back by search and counts what is lost and what is there twice. */
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

const PAGE = 10_000;
const EXAMPLES = 12;

/** Compares what search returns for `mark` with the number of lines written to each file. */
export function judge(
  client: ApiClient,
  mark: string,
  written: readonly number[],
): Promise<Verdict> {
  return tally(recordsOf(client, mark), written);
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

async function* recordsOf(client: ApiClient, mark: string) {
  let cursor: string | undefined;
  do {
    const page = await client.searchPage({
      query: mark,
      order: 'oldest',
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.records;
    cursor = page.next;
  } while (cursor !== undefined);
}
