import { describe, expect, test } from '@jest/globals';
import { judge, numberedLine, type Pages } from './oracle.ts';

const LINES = 5;
const records = Array.from({ length: LINES }, (_, number) => ({
  ...{
    id: `g:${number}`,
    time: number,
    observed: 0,
    agent: 'a',
    host: 'h',
    target: 't',
    file: 'f',
  },
  ...{ tags: [], level: undefined, body: numberedLine('mark', 0, number).slice(0, -1) },
}));
type Page = Awaited<ReturnType<Pages['searchPage']>>;
const PAGES: readonly Page[] = [
  { records: records.slice(0, 3), total: LINES, next: 'behind', missing: [] },
  { records: records.slice(3), total: LINES, next: undefined, missing: [] },
];

/** All lines are of the time after the span; gives what `spoil` leaves of the page that is asked for. */
function pagesOf(spoil: (page: Page, asked: number) => Page): Pages {
  let asked = 0;
  return {
    searchPage: async ({ cursor, to }) => {
      if (to !== undefined) return { records: [], total: 0, next: undefined, missing: [] };
      const page = PAGES[cursor === undefined ? 0 : 1];
      if (!page) throw new Error('no such page');
      return spoil(page, ++asked);
    },
  };
}

const judged = (spoil: (page: Page, asked: number) => Page) =>
  judge(pagesOf(spoil), 'mark', [LINES], { span: { from: 0, to: 0 }, pauseMs: 0 });

describe('what is read back after chaos', () => {
  const clean = { lines: LINES, lost: 0, doubled: 0, broken: 0, examples: [] };

  test('is whole where every page is answered', async () => {
    expect(await judged((page) => page)).toEqual({ ...clean, retried: 0 });
  });

  test('is asked for again where there was no answer, or one in part, and that is counted', async () => {
    const spoil = (page: Page, asked: number) => {
      if (asked === 2) throw new Error('no answer');
      return asked === 3 ? { ...page, records: [], missing: ['a segment'] } : page;
    };
    expect(await judged(spoil)).toEqual({ ...clean, retried: 2 });
  });

  test('is read at all times, each once', async () => {
    const asked: (number | undefined)[][] = [];
    const pages: Pages = {
      searchPage: async ({ from, to }) => {
        asked.push([from, to]);
        return { records: from === 15_000 ? records : [], total: 0, next: undefined, missing: [] };
      },
    };
    const span = { from: 5_000, to: 18_000 };
    expect(await judge(pages, 'mark', [LINES], { span })).toMatchObject(clean);
    expect(asked).toEqual([
      [undefined, 5_000],
      [5_000, 15_000],
      [15_000, 18_000],
      [18_000, undefined],
    ]);
  });

  test('fails where a page is never whole, in place of calling its lines lost', async () => {
    const never = judged((page) => ({ ...page, records: [], missing: ['a segment'] }));
    await expect(never).rejects.toThrow('the last answer is partial: a segment');
  });

  test('tells what is lost', async () => {
    const verdict = await judged((page) => ({ ...page, records: page.records.slice(1) }));
    expect(verdict).toMatchObject({ lost: 2, examples: ['f0 n0: lost', 'f0 n3: lost'] });
  });
});
