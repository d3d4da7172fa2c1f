/** Makes the judges of a query on one chunk. */
import type { LeafQuery, Query, RegexQuery } from '@apiary/common/query/ast.ts';
import { BODY_FIELD, isBuiltInField } from '@apiary/common/query/ast.ts';
import { compileAutomaton } from '@apiary/common/query/automaton/automaton.ts';
import { REST, SLOT } from '@apiary/common/query/line-pattern.ts';
import {
  compileMatcher,
  type Matcher,
  type MatcherOptions,
  type MatchRecord,
} from '@apiary/common/query/matcher.ts';
import { compileLineTest, type LineTest, type TextLeaf } from '@apiary/common/query/text-test.ts';
import { foldCase, wordsOf } from '@apiary/common/query/words.ts';
import { LEVELS } from '@apiary/common/record.ts';
import type { Pace, RowSource } from '../../../records/record-set.ts';
import type { ChunkData } from '../chunk-data.ts';
import { maskOf } from '../words.ts';
import { AutomatonJudge } from './automaton-judge.ts';
import { LevelJudge, SourceJudge, TimeJudge } from './column-judge.ts';
import { DecodedRecord } from './decoded-record.ts';
import { FieldJudge } from './field-judge.ts';
import {
  CachedJudge,
  ConstantJudge,
  GroupJudge,
  type Judge,
  type JudgeContext,
  NotJudge,
} from './judge.ts';
import { LineParts } from './line-parts.ts';
import { phraseStates } from './phrase-states.ts';
import { PossibleStates } from './possible-states.ts';
import { leadingLiteral, requiredLiterals } from './required-literals.ts';
import { DecodingJudge, type Hints, type RowTest } from './row-judge.ts';
import { WordJudge } from './word-judge.ts';
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
  // Of each chunk of a search a leaf is compiled anew: what it is not asked for is left out.
  let compiled: Matcher | undefined;
  const matches = (subject: MatchRecord) => {
    compiled ??= compileMatcher(leaf, options);
    return compiled.matches(subject);
  };
  if (leaf.field === 'time') {
    return new TimeJudge(data, (time) => matches(record.ofTime(time)));
  }
  if (leaf.field === 'level') {
    return new LevelJudge(data, (code) => matches(record.ofLevel(LEVELS[code - 1])));
  }
  const isPattern = leaf.field === 'pattern';
  if (leaf.field !== BODY_FIELD && !isPattern && isBuiltInField(leaf.field)) {
    return new SourceJudge(data, (source: RowSource) => matches(record.ofSource(source)));
  }
  const whole = (needle: string): RowTest => ({
    ...{ folded: false, needle },
    test: (body, timestampLength) => matches(record.ofBody(body, timestampLength)),
  });
  if (isPattern) {
    const text = leaf.kind === 'term' || leaf.kind === 'phrase' ? leaf.text : '';
    return decodeParts(patternLiterals(text), whole, context);
  }
  if (leaf.field !== BODY_FIELD) {
    const { hints, judge } = partsJudge(longestWord(leaf.field), whole, context);
    const test = (values: readonly string[]) => matches(record.ofField(values));
    const field = { name: leaf.field, anyValue: leaf.kind === 'exists', test };
    return new FieldJudge(context, field, hints, judge);
  }
  if (leaf.kind === 'exists') return new ConstantJudge(context.judging, 1);
  const { test } = lineTestOf(leaf, options);
  const line = (needle: string): RowTest => ({ folded: true, needle, test });
  if (leaf.kind === 'regex') {
    const begins = leadingLiteral(leaf.source);
    const ofRegex = (needle: string) => ({ ...line(needle), begins });
    const { hints, judge } = partsJudge(requiredLiterals(leaf.source), ofRegex, context);
    const automaton = automatonOf(leaf);
    return automaton ? new AutomatonJudge(data, automaton, hints, judge) : judge;
  }
  const words = wordsOfLeaf(leaf);
  if (!words) return new DecodingJudge(data, context.pace, line(''));
  return wordsJudge(leaf, words, line(longest(words.map(({ needle }) => needle))), context);
}

/** By leaf, as every chunk of a search asks for the same: which options it is for, and the test. */
const lineTests = new WeakMap<TextLeaf, { readonly options: MatcherOptions; test: LineTest }>();

function lineTestOf(leaf: TextLeaf, options: MatcherOptions): LineTest {
  const known = lineTests.get(leaf);
  if (known?.options === options) return known.test;
  const { nowMs = 0, zoneOffsetMinutes = 0 } = options;
  const test = compileLineTest(leaf, { nowMs, zoneOffsetMinutes });
  lineTests.set(leaf, { options, test });
  return test;
}

/** By leaf; null where it wants none. */
const leafWords = new WeakMap<LeafQuery, readonly WantedWord[] | null>();

function wordsOfLeaf(leaf: LeafQuery): readonly WantedWord[] | undefined {
  const known = leafWords.get(leaf);
  if (known !== undefined) return known ?? undefined;
  const words = wantedWords(leaf);
  leafWords.set(leaf, words ?? null);
  return words;
}

function wordsJudge(
  leaf: LeafQuery,
  words: readonly WantedWord[],
  test: RowTest,
  { data, pace }: CompileContext,
): Judge {
  const [only] = words;
  if (only && words.length === 1 && leaf.kind !== 'phrase') {
    return new WordJudge(data, only, new DecodingJudge(data, pace, test));
  }
  const slop = leaf.kind === 'phrase' ? leaf.slop : 0;
  const parts = new LineParts(data, words);
  return new DecodingJudge(data, pace, test, {
    states: async () => await phraseStates(data, words, slop),
    candidates: async (template) => await parts.candidates(template),
  });
}

const automata = new WeakMap<RegexQuery, { readonly states: PossibleStates | undefined }>();

/** Made once for all chunks. */
function automatonOf(leaf: RegexQuery): PossibleStates | undefined {
  let made = automata.get(leaf);
  if (!made) {
    const automaton = compileAutomaton(leaf.source);
    made = { states: automaton && new PossibleStates(automaton) };
    automata.set(leaf, made);
  }
  return made.states;
}

/** Decodes rows that can have all parts of words. */
function decodeParts(
  parts: readonly string[],
  test: (needle: string) => RowTest,
  context: CompileContext,
): Judge {
  return partsJudge(parts, test, context).judge;
}

/** The same, with what is known of such rows without decoding them. */
function partsJudge(
  parts: readonly string[],
  test: (needle: string) => RowTest,
  { data, pace }: CompileContext,
): { readonly hints: Required<Hints>; readonly judge: Judge } {
  const words = parts.map((part): WantedWord => {
    const accepts = (other: string) => other.includes(part);
    return { needle: part, mask: maskOf(part), exact: false, hash: undefined, accepts };
  });
  const found = new LineParts(data, words);
  const hints = {
    states: async () => await found.states(),
    candidates: async (template: number) => await found.candidates(template),
  };
  return { hints, judge: new DecodingJudge(data, pace, test(longest(parts)), hints) };
}

function longest(texts: readonly string[]): string {
  return texts.reduce((a, b) => (b.length > a.length ? b : a), '');
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
  const word = longest(wordsOf(lastPart).map((each) => each.word));
  return word === '' ? [] : [word];
}
