/** Makes the judges of a query on one chunk. */
import type { LeafQuery, Query } from '@apiary/common/query/ast.ts';
import { BODY_FIELD, isBuiltInField } from '@apiary/common/query/ast.ts';
import { REST, SLOT } from '@apiary/common/query/line-pattern.ts';
import { compileMatcher, type MatcherOptions } from '@apiary/common/query/matcher.ts';
import { foldCase, wordsOf } from '@apiary/common/query/words.ts';
import { LEVELS } from '@apiary/common/record.ts';
import type { Pace, RowSource } from '../../../record-set.ts';
import type { ChunkData } from '../chunk-data.ts';
import { maskOf } from '../words.ts';
import { LevelJudge, SourceJudge, TimeJudge } from './column-judge.ts';
import { DecodedRecord } from './decoded-record.ts';
import {
  CachedJudge,
  ConstantJudge,
  GroupJudge,
  type Judge,
  type JudgeContext,
  NONE,
  NotJudge,
  SOME,
} from './judge.ts';
import { phraseStates } from './phrase-states.ts';
import { requiredLiterals } from './required-literals.ts';
import { DecodingJudge } from './row-judge.ts';
import { findWord, WordJudge } from './word-judge.ts';
import { type WantedWord, wantedWords } from './word-leaf.ts';

/** Words of a pattern that are looked for; more of them seldom rule out more templates. */
const PATTERN_LITERALS_MAX = 4;

/** What judging works with. */
export interface CompileContext {
  readonly data: ChunkData;
  readonly pace: Pace;
  readonly options: MatcherOptions;
  readonly judging: JudgeContext;
}

/** The judge of a query. */
export function compileJudge(query: Query, context: CompileContext): Judge {
  switch (query.kind) {
    case 'all':
      return new ConstantJudge(context.judging, 1);
    case 'not':
      return new NotJudge(compileJudge(query.operand, context));
    case 'and':
    case 'or': {
      const operands = query.operands.map((operand) => compileJudge(operand, context));
      return new GroupJudge(context.judging, operands, query.kind);
    }
    default:
      return new CachedJudge(compileLeaf(query, context));
  }
}

function compileLeaf(leaf: LeafQuery, context: CompileContext): Judge {
  const { data, options } = context;
  const record = new DecodedRecord();
  const matcher = compileMatcher(leaf, options);
  if (leaf.field === 'time') {
    return new TimeJudge(data, (time) => matcher.matches(record.ofTime(time)));
  }
  if (leaf.field === 'level') {
    return new LevelJudge(data, (code) => matcher.matches(record.ofLevel(LEVELS[code - 1])));
  }
  const isPattern = leaf.field === 'pattern';
  if (leaf.field !== BODY_FIELD && !isPattern && isBuiltInField(leaf.field)) {
    return new SourceJudge(data, (source: RowSource) => matcher.matches(record.ofSource(source)));
  }
  const decode = (states?: () => Promise<Uint8Array>) =>
    new DecodingJudge(
      data,
      context.pace,
      ({ body, timestampLength }) => matcher.matches(record.ofBody(body, timestampLength)),
      states,
    );
  if (isPattern) {
    const text = leaf.kind === 'term' || leaf.kind === 'phrase' ? leaf.text : '';
    return decode(async () => await statesOfParts(data, patternLiterals(text)));
  }
  if (leaf.field !== BODY_FIELD) {
    return decode(async () => await statesOfParts(data, longestWord(leaf.field)));
  }
  if (leaf.kind === 'regex') {
    return decode(async () => await statesOfParts(data, requiredLiterals(leaf.source)));
  }
  const words = wantedWords(leaf);
  if (!words) return decode();
  const [only] = words;
  if (only && words.length === 1 && leaf.kind !== 'phrase') {
    return new WordJudge(data, only, decode());
  }
  const slop = leaf.kind === 'phrase' ? leaf.slop : 0;
  return decode(async () => await phraseStates(data, words, slop));
}

/** The longest words that a line of the pattern has, whole or as a part of one. */
function patternLiterals(text: string): string[] {
  const literals = text.split(SLOT).join(' ').replace(REST, ' ');
  const words = new Set(wordsOf(foldCase(literals)).map(({ word }) => word));
  return [...words].sort((a, b) => b.length - a.length).slice(0, PATTERN_LITERALS_MAX);
}

/** The longest word in the last part of a field's name: a line with the field has it. */
function longestWord(field: string): string[] {
  const lastPart = foldCase(field.slice(field.lastIndexOf('.') + 1));
  const words = wordsOf(lastPart).map(({ word }) => word);
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a), '');
  return longest === '' ? [] : [longest];
}

/** SOME for templates whose rows can have all parts of words, NONE for the others. */
async function statesOfParts(data: ChunkData, parts: readonly string[]): Promise<Uint8Array> {
  const { head } = await data.runs();
  const states = new Uint8Array(head.templates + 1).fill(SOME);
  for (const part of parts) {
    const word: WantedWord = {
      needle: part,
      mask: maskOf(part),
      exact: false,
      hash: undefined,
      accepts: (other) => other.includes(part),
    };
    const { values, literals } = await findWord(data, word, true);
    for (let id = 0; id < states.length; id++) {
      if (values[id] === 0 && literals[id] === 0) states[id] = NONE;
    }
  }
  return states;
}
