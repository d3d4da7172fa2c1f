/** Judges single records by a query; what a chunk's index cannot decide, this does. */
import { HIGHLIGHTS_MAX } from '../limits.ts';
import { parsePeriod, type TimeContext } from '../time/range.ts';
import { BODY_FIELD, isBuiltInField, type LeafQuery, type Query, type Span } from './ast.ts';
import { LEVEL_RANK, levelOf } from './level.ts';
import { compileLinePattern } from './line-pattern.ts';
import { compileLineTest, compileValueTest, type LineTest, type TextLeaf } from './text-test.ts';
import { timeRangeTest } from './value-range.ts';
import { foldCase } from './words.ts';

/** What a query looks at. */
export interface MatchRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly host: string;
  readonly agent: string;
  readonly target: string;
  readonly file: string;
  readonly tags: readonly string[];
  readonly level?: string | undefined;
  readonly body: string;
  /**
   * Leading characters of `body` that are its recognised time stamp: single words do not see them.
   */
  readonly timestampLength?: number | undefined;
  /** A field of the line: its value, or its values if several; undefined or no values if none. */
  field(name: string): string | readonly string[] | undefined;
}

/** A compiled query. Not for use by two callers at once: it keeps the record that it looks at. */
export interface Matcher {
  matches(record: MatchRecord): boolean;
  /** Where `body` matches, sorted, without overlaps, at most {@link HIGHLIGHTS_MAX}. */
  highlights(record: MatchRecord): Span[];
}

/**
 * What times in a query are relative to. Without it `now` is 1970: pass it for queries of people.
 */
export interface MatcherOptions {
  readonly nowMs?: number;
  readonly zoneOffsetMinutes?: number;
}

type Test = (subject: Subject) => boolean;

/** Compiles a query that `parseQuery` gave. */
export function compileMatcher(query: Query, options: MatcherOptions = {}): Matcher {
  const context = { nowMs: options.nowMs ?? 0, zoneOffsetMinutes: options.zoneOffsetMinutes ?? 0 };
  const test = compile(query, context);
  // Who counts highlights nothing.
  let lines: LineTest[] | undefined;
  const subject = new Subject();
  return {
    matches: (record) => test(subject.look(record)),
    highlights(record) {
      lines ??= positiveLines(query).map((leaf) => compileLineTest(leaf, context));
      return highlight(lines, subject.look(record));
    },
  };
}

/** The record under judgement, with its folded body made at most once. */
class Subject {
  #record: MatchRecord | undefined;
  #folded: string | undefined;

  look(record: MatchRecord): this {
    this.#record = record;
    this.#folded = undefined;
    return this;
  }

  get record(): MatchRecord {
    if (!this.#record) throw new Error('a subject has no record before look()');
    return this.#record;
  }

  get folded(): string {
    this.#folded ??= foldCase(this.record.body);
    return this.#folded;
  }

  get stamp(): number {
    return this.record.timestampLength ?? 0;
  }
}

function compile(query: Query, context: TimeContext): Test {
  switch (query.kind) {
    case 'all':
      return () => true;
    case 'not': {
      const test = compile(query.operand, context);
      return (subject) => !test(subject);
    }
    case 'and': {
      const tests = cheapFirst(query.operands).map((operand) => compile(operand, context));
      return (subject) => tests.every((test) => test(subject));
    }
    case 'or': {
      const tests = cheapFirst(query.operands).map((operand) => compile(operand, context));
      return (subject) => tests.some((test) => test(subject));
    }
    default:
      return compileLeaf(query, context);
  }
}

/** What is known without reading the line comes first, regular expressions and groups last. */
function cheapFirst(operands: readonly Query[]): Query[] {
  const cost = (query: Query): number => {
    if (query.kind === 'all') return 0;
    if (query.kind === 'not') return cost(query.operand);
    if (query.kind === 'and' || query.kind === 'or') return 5;
    if (!isBuiltInField(query.field) || query.field === 'pattern') return 4;
    if (query.field !== BODY_FIELD) return 1;
    return query.kind === 'regex' || query.kind === 'fuzzy' ? 3 : 2;
  };
  return [...operands].sort((a, b) => cost(a) - cost(b));
}

function compileLeaf(leaf: LeafQuery, context: TimeContext): Test {
  if (leaf.kind === 'exists') return existsTest(leaf.field);
  if (leaf.field === BODY_FIELD) {
    const { test } = compileLineTest(leaf, context);
    return (subject) => test(subject.folded, subject.stamp);
  }
  if (leaf.field === 'pattern') return patternTest(leaf);
  if (leaf.field === 'time') return timeTest(leaf, context);
  if (leaf.field === 'level') return levelTest(leaf, context);
  const test = compileValueTest(leaf, context);
  const { field } = leaf;
  return (subject) => {
    const value = fieldValue(subject.record, field);
    if (value === undefined) return false;
    return typeof value === 'string' ? test(value) : value.some(test);
  };
}

function fieldValue(record: MatchRecord, field: string): string | readonly string[] | undefined {
  switch (field) {
    case 'host':
      return record.host;
    case 'agent':
      return record.agent;
    case 'target':
      return record.target;
    case 'file':
      return record.file;
    case 'tag':
      return record.tags;
    case 'level':
      return record.level;
    default:
      return record.field(field);
  }
}

function existsTest(field: string): Test {
  if (field === 'time' || field === 'pattern' || field === BODY_FIELD) return () => true;
  const builtIn = isBuiltInField(field);
  return ({ record }) => {
    const value = fieldValue(record, field);
    if (typeof value === 'string') return !builtIn || value !== '';
    return value !== undefined && value.length > 0;
  };
}

/** The whole line behind its time stamp, word by word: see `line-pattern.ts`. */
function patternTest(leaf: TextLeaf): Test {
  if (leaf.kind !== 'term' && leaf.kind !== 'phrase') return () => false;
  const pattern = compileLinePattern(leaf.text);
  return (subject) => pattern.fits(subject.record.body, subject.stamp);
}

/** A text on `time:` is the span that it names: `time:2026-11-20` is that day. */
function timeTest(leaf: TextLeaf, context: TimeContext): Test {
  if (leaf.kind === 'range') {
    const test = timeRangeTest(leaf, context);
    return ({ record }) => test(record.time);
  }
  const text = leaf.kind === 'term' || leaf.kind === 'phrase' ? leaf.text : '';
  const period = parsePeriod(text, context);
  if (!period) return () => false;
  return ({ record }) => record.time >= period.fromMs && record.time < period.toMs;
}

/** Levels compare by rank and by any of their names; patterns look at the level's own name. */
function levelTest(leaf: TextLeaf, context: TimeContext): Test {
  const rankOf = (text: string) => {
    const level = levelOf(text);
    return level && LEVEL_RANK[level];
  };
  const ofRecord = ({ record }: Subject) =>
    record.level === undefined ? undefined : rankOf(record.level);
  if (leaf.kind === 'range') {
    const lower = leaf.lower && rankOf(leaf.lower.text);
    const upper = leaf.upper && rankOf(leaf.upper.text);
    if ((leaf.lower && lower === undefined) || (leaf.upper && upper === undefined)) {
      return () => false;
    }
    const least = (lower ?? 0) + (leaf.lower?.inclusive === false ? 1 : 0);
    const most = (upper ?? LEVEL_RANK.fatal) - (leaf.upper?.inclusive === false ? 1 : 0);
    return (subject) => {
      const rank = ofRecord(subject);
      return rank !== undefined && rank >= least && rank <= most;
    };
  }
  const rank = leaf.kind === 'term' || leaf.kind === 'phrase' ? rankOf(leaf.text) : undefined;
  if (rank !== undefined) return (subject) => ofRecord(subject) === rank;
  const test = compileValueTest(leaf, context);
  return ({ record }) => record.level !== undefined && test(record.level);
}

/** The leaves that look at the line and are not under a NOT. */
function positiveLines(query: Query): TextLeaf[] {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.operands.flatMap(positiveLines);
    case 'all':
    case 'not':
    case 'exists':
      return [];
    default:
      return query.field === BODY_FIELD ? [query] : [];
  }
}

function highlight(lines: readonly LineTest[], subject: Subject): Span[] {
  const spans = lines
    .flatMap((line) => line.spans(subject.folded, subject.stamp))
    .sort((a, b) => a.from - b.from || b.to - a.to);
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last && span.from < last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else merged.push(span);
  }
  return merged.slice(0, HIGHLIGHTS_MAX);
}
