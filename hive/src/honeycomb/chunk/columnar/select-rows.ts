/** Finds the rows of a chunk that match, reading as few sections as the query allows. */
import { BODY_FIELD, type Query } from '@apiary/common/query/ast.ts';
import type { Selection } from '../../records/record-set.ts';
import type { ChunkData } from './chunk-data.ts';
import type { FoundRows } from './found-rows.ts';
import { compileJudge } from './judge/compile.ts';
import { ALL, NONE, SOME } from './judge/judge.ts';
import { mayHaveWord } from './judge/word-judge.ts';
import { type WantedWord, wantedWords } from './judge/word-leaf.ts';

/** Which rows match; undefined when none does. */
export async function selectRows(
  data: ChunkData,
  span: { readonly minTime: number; readonly maxTime: number },
  { query, from, to, pace, matcherOptions }: Selection,
): Promise<FoundRows | undefined> {
  if (!(await mayMatch(data, query))) return undefined;
  const { head } = await data.runs();
  const isInside = span.minTime >= from && span.maxTime < to;
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
  if (!hasRows(states)) return undefined;
  slots.rows = (await data.slots()).rows;
  const partial = new Map<number, Uint8Array>();
  for (let id = 0; id < states.length; id++) {
    if (states[id] !== SOME || slots.rows[id] === 0) continue;
    const rows = await judge.rows(id);
    const pause = pace();
    if (pause) await pause;
    if (!rows.includes(1)) states[id] = NONE;
    else if (rows.includes(0)) partial.set(id, rows);
    else states[id] = ALL;
  }
  if (!hasRows(states)) return undefined;
  return { states, partial, range: isInside ? undefined : { from, to } };
}

/** False where a word is not in the chunk that every matching line has. */
export async function mayMatch(data: ChunkData, query: Query): Promise<boolean> {
  for (const word of requiredWords(query)) if (!(await mayHaveWord(data, word))) return false;
  return true;
}

function hasRows(states: Uint8Array): boolean {
  return states.includes(ALL) || states.includes(SOME);
}

/** By query, as every chunk of a search is asked for the same ones. */
const required = new WeakMap<Query, readonly WantedWord[]>();

/** Words that every matching line has in its body. */
export function requiredWords(query: Query): readonly WantedWord[] {
  const known = required.get(query);
  if (known) return known;
  const words = findRequired(query);
  required.set(query, words);
  return words;
}

function findRequired(query: Query): readonly WantedWord[] {
  if (query.kind === 'and') return query.operands.flatMap(findRequired);
  const isOfBody = 'field' in query && query.field === BODY_FIELD;
  return isOfBody ? (wantedWords(query) ?? []) : [];
}
