/** Finds the rows of a chunk that match, reading as few sections as the query allows. */
import { BODY_FIELD, type Query } from '@apiary/common/query/ast.ts';
import type { Selection } from '../../record-set.ts';
import type { ChunkData } from './chunk-data.ts';
import { compileJudge } from './judge/compile.ts';
import { ALL, NONE, SOME } from './judge/judge.ts';
import { mayHaveWord } from './judge/word-judge.ts';
import { type WantedWord, wantedWords } from './judge/word-leaf.ts';

/** Rows that match, ascending. */
export async function selectRows(
  data: ChunkData,
  span: { readonly minTime: number; readonly maxTime: number },
  { query, from, to, pace, matcherOptions }: Selection,
): Promise<Uint32Array> {
  for (const word of requiredWords(query)) {
    if (!(await mayHaveWord(data, word))) return new Uint32Array(0);
  }
  const { head } = await data.runs();
  const isInside = span.minTime >= from && span.maxTime < to;
  if (query.kind === 'all' && isInside)
    return Uint32Array.from({ length: head.rows }, (_, row) => row);
  const slots: { rows: Uint32Array } = { rows: new Uint32Array(0) };
  const judge = compileJudge(query, {
    data,
    pace,
    options: matcherOptions,
    judging: {
      templateCount: head.templates + 1,
      rowCount: (template) => slots.rows[template] ?? 0,
    },
  });
  const states = (await judge.templates()).slice();
  if (states.every((state) => state === NONE)) return new Uint32Array(0);
  slots.rows = (await data.slots()).rows;
  const partial = new Map<number, Uint8Array>();
  for (let id = 0; id < states.length; id++) {
    if (states[id] !== SOME || slots.rows[id] === 0) continue;
    const rows = await judge.rows(id);
    const pause = pace();
    if (pause) await pause;
    if (rows.includes(1)) partial.set(id, rows);
    else states[id] = NONE;
  }
  if (states.every((state) => state === NONE)) return new Uint32Array(0);
  return await collect(data, { states, partial, from, to, isInside });
}

/** Words that every matching line has in its body. */
function requiredWords(query: Query): readonly WantedWord[] {
  if (query.kind === 'and') return query.operands.flatMap(requiredWords);
  const isOfBody = 'field' in query && query.field === BODY_FIELD;
  return isOfBody ? (wantedWords(query) ?? []) : [];
}

async function collect(
  data: ChunkData,
  found: {
    readonly states: Uint8Array;
    readonly partial: ReadonlyMap<number, Uint8Array>;
    readonly from: number;
    readonly to: number;
    readonly isInside: boolean;
  },
): Promise<Uint32Array> {
  const { states, partial, from, to, isInside } = found;
  const { template } = await data.ids();
  const times = isInside ? undefined : await data.times();
  const next = new Uint32Array(states.length);
  const result = new Uint32Array(template.length);
  let count = 0;
  for (let row = 0; row < template.length; row++) {
    const id = template[row] ?? 0;
    const state = states[id];
    if (state === NONE) continue;
    if (state !== ALL) {
      const index = next[id] ?? 0;
      next[id] = index + 1;
      if (partial.get(id)?.[index] !== 1) continue;
    }
    if (times) {
      const time = times[row] ?? 0;
      if (time < from || time >= to) continue;
    }
    result[count++] = row;
  }
  return result.subarray(0, count);
}
