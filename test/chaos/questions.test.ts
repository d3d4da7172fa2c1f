import type { SearchPart, SearchRequest } from '@apiary/common/messages/actions/honeycomb.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { describe, expect, test } from '@jest/globals';
import { Questions } from './questions.ts';

const WRITTEN = [30, 20];
const ROUNDS = 200;

const ALL: readonly LogRecord[] = WRITTEN.flatMap((lines, file) =>
  Array.from({ length: lines }, (_, number) => ({
    ...{ id: `${file}:${number}`, time: 1_000 * number + file, observed: 0, body: '' },
    ...{ agent: 'a', host: 'h', target: 't', file: 'f', tags: [], level: undefined },
    body: `INFO mark f${file} n${number} xxx`,
  })),
);

interface Given {
  readonly records: readonly LogRecord[];
  readonly total: number;
  readonly missing: readonly string[];
}

/** What a store with all of the lines answers. */
function rightly({ query, limit = 0, order = 'newest' }: SearchRequest): Given {
  const words = query.split(' AND ');
  const found = ALL.filter(({ body }) => words.every((word) => body.split(' ').includes(word)));
  found.sort((a, b) => (order === 'newest' ? b.time - a.time : a.time - b.time));
  return { records: found.slice(0, limit), total: found.length, missing: [] };
}

/** Asks many questions of what spoils some right answers. */
async function asked(
  spoil: (given: Given, count: number, request: SearchRequest) => Given,
  bounds: { readonly questionMsMax: number; readonly retryMs?: number } = { questionMsMax: 0 },
) {
  let count = 0;
  const questions = new Questions({
    mark: 'mark',
    written: () => WRITTEN,
    ...bounds,
    async *search(request): AsyncGenerator<SearchPart> {
      const { records, total, missing } = spoil(rightly(request), ++count, request);
      yield { type: 'records', records: [...records] };
      const histogram = request.histogram && {
        histogram: { from: 0, step: 1, levels: { info: [total] } },
      };
      yield { type: 'counts', total, hosts: 1, ...histogram };
      yield { type: 'done', total, elapsedMs: 0, missing: [...missing] };
    },
  });
  for (let round = 0; round < ROUNDS; round++) await questions.askOne();
  return questions;
}

const wordsOf = async (spoil: Parameters<typeof asked>[0]) =>
  (await asked(spoil)).answers.examples.join('\n');

describe('questions during chaos', () => {
  test('find nothing wrong with right answers, while they ask for each file at the end', async () => {
    const questions = await asked((given) => given);
    await questions.askAtTheEnd();
    expect(questions.answers).toEqual({
      ...{ asked: ROUNDS + WRITTEN.length, tries: ROUNDS + WRITTEN.length },
      ...{ partial: 0, failed: 0, reasons: {}, unanswered: 0, wrong: 0, examples: [] },
    });
  });

  test('let an answer that says what it misses be short, and one that is none be none', async () => {
    const { answers } = await asked((given, count) => {
      if (count % 3 === 0) throw new Error('killed');
      const missing = [`segment ${count}x: gone`, `segment ${count}y: gone`];
      return count % 3 === 1 ? { records: [], total: 0, missing } : given;
    });
    const [failed, partial] = [Math.floor(ROUNDS / 3), Math.ceil(ROUNDS / 3)];
    expect(answers).toMatchObject({ wrong: 0, examples: [], tries: ROUNDS, failed, partial });
    expect(answers.unanswered).toBe(failed + partial);
    expect(answers.reasons).toEqual({ 'segment …: gone': partial, killed: failed });
  });

  test('are asked again until the answer is whole, and judged by what was known before', async () => {
    const spoil = (given: Given, count: number) =>
      count % 3 === 0 ? given : { records: [], total: 0, missing: ['a segment'] };
    const { answers } = await asked(spoil, { questionMsMax: 60_000, retryMs: 0 });
    expect(answers).toMatchObject({ asked: ROUNDS, unanswered: 0, wrong: 0, examples: [] });
    expect(answers).toMatchObject({ tries: 3 * ROUNDS, partial: 2 * ROUNDS, failed: 0 });
  });

  test('see fewer lines than before, and more than were written', async () => {
    const fewer = await wordsOf((given, count) =>
      count > ROUNDS / 2 && given.total > 1 ? { ...given, total: given.total - 1 } : given,
    );
    expect(fewer).toMatch(/where there were 50 before/);
    expect(await wordsOf((given) => ({ ...given, total: 51 }))).toMatch(/where 50 are written/);
  });

  test('see a line twice, a missing record, a wrong order, and a line that nobody wrote', async () => {
    const spoiled = (spoil: (records: readonly LogRecord[]) => readonly LogRecord[]) =>
      wordsOf((given) => ({ ...given, records: spoil(given.records) }));
    expect(await spoiled((records) => [...records.slice(0, -1), ...records.slice(0, 1)])).toMatch(
      /twice/,
    );
    expect(await spoiled((records) => records.slice(1))).toMatch(/records of/);
    expect(await spoiled((records) => records.toReversed())).toMatch(/out of order/);
    expect(await spoiled((records) => records.map((one) => ({ ...one, body: 'x' })))).toMatch(
      /nobody wrote/,
    );
  });

  test('see that a line which was there has gone, or has another id', async () => {
    const isOne = ({ query }: SearchRequest) => query.includes(' n');
    const gone = await wordsOf((given, _, request) =>
      isOne(request) ? { ...given, records: [], total: 0 } : given,
    );
    expect(gone).toMatch(/0 records, {2}in place of/);
    const other = await wordsOf((given, _, request) =>
      isOne(request)
        ? { ...given, records: given.records.map((one) => ({ ...one, id: 'other' })) }
        : given,
    );
    expect(other).toMatch(/other in place of/);
  });

  test('see at the end what never came', async () => {
    const questions = await asked((given) => ({ ...given, total: given.total - 1 }));
    const before = questions.answers.wrong;
    await questions.askAtTheEnd();
    expect(questions.answers.wrong).toBe(before + WRITTEN.length);
  });
});
