/** The patterns of a result's lines: see `mask.ts` for what varies in a line, `merge.ts` for what is one pattern. */
import { createHash } from 'node:crypto';
import { PATTERN_EXCEPTIONS_MAX } from '@apiary/common/limits/patterns.ts';
import type {
  Pattern,
  PatternsPart,
  patternsRequestSchema,
} from '@apiary/common/messages/analysis.ts';
import { formatFieldValue } from '@apiary/common/query/format.ts';
import { SLOT, slotValues, wordFits } from '@apiary/common/query/line-pattern.ts';
import type { z } from 'zod';
import type { Line, Progress, Reducer } from '../analysis/reduce.ts';
import { ValueCounts } from '../analysis/value-counts.ts';
import type { TallySpan } from '../search/tally.ts';
import { patternWords } from './mask.ts';
import type { MaskedGroup } from './masked-group.ts';
import { PatternSet } from './pattern-set.ts';
import { slotName } from './slot-name.ts';

/** So many of a slot's most frequent values say what they are. */
const SLOT_EXAMPLES = 10;

type Request = z.output<typeof patternsRequestSchema>;

/** See the file's head. */
export class PatternsReducer implements Reducer<PatternsPart> {
  readonly readsLines = true;
  readonly #request: Request;
  readonly #from: number;
  readonly #step: number;
  readonly #set: PatternSet;

  constructor(request: Request, span: TallySpan) {
    this.#request = request;
    this.#from = span.from;
    this.#step = Math.max(1, Math.ceil((span.to - span.from) / request.buckets));
    this.#set = new PatternSet(request.buckets);
  }

  line({ time, level, source, body, timestampLength }: Line): void {
    const at = Math.floor((time - this.#from) / this.#step);
    const bucket = Math.min(Math.max(at, 0), this.#request.buckets - 1);
    const words = patternWords(body, timestampLength);
    this.#set.add({ words, time, level, host: source.host, bucket, body });
  }

  part(progress: Progress): PatternsPart {
    const groups = this.#set.merged();
    groups.sort((a, b) => b.count - a.count || (a.words.join(' ') < b.words.join(' ') ? -1 : 1));
    const shown = groups.slice(0, this.#request.limit);
    const hidden = groups.slice(this.#request.limit);
    const exceptions = new Exceptions(groups);
    return {
      type: 'patterns',
      ...progress,
      from: this.#from,
      step: this.#step,
      patterns: shown.map((group) => ({
        ...describe(group, this.#request.values),
        query: exceptions.queryOf(group),
        share: group.count / Math.max(progress.read, 1),
      })),
      omitted: hidden.length,
      omittedLines: hidden.reduce((sum, { count }) => sum + count, this.#set.omittedLines),
    };
  }
}

/** What tells a pattern from more specific ones that its text includes. */
class Exceptions {
  readonly #byLength = new Map<number, MaskedGroup[]>();

  constructor(groups: readonly MaskedGroup[]) {
    for (const group of groups) {
      const same = this.#byLength.get(group.words.length);
      if (same) same.push(group);
      else this.#byLength.set(group.words.length, [group]);
    }
  }

  queryOf(group: MaskedGroup): string {
    const inside = (this.#byLength.get(group.words.length) ?? []).filter(
      ({ words }) =>
        words !== group.words &&
        group.words.every((word, place) => wordFits(word, words[place] ?? '')),
    );
    const own = formatFieldValue('pattern', group.words.join(' '));
    const others = inside
      .slice(0, PATTERN_EXCEPTIONS_MAX)
      .map(({ words }) => ` AND NOT ${formatFieldValue('pattern', words.join(' '))}`);
    return own + others.join('');
  }
}

function describe(group: MaskedGroup, valuesMax: number): Omit<Pattern, 'query' | 'share'> {
  const text = group.words.join(' ');
  const { count, first, last, example, trend } = group;
  return {
    id: createHash('sha256').update(text).digest('hex').slice(0, 16),
    ...{ text, count, first, last, example, trend: [...trend] },
    levels: Object.fromEntries(group.levels),
    hosts: group.hosts.size,
    slots: slotsOf(group, valuesMax),
  };
}

function slotsOf({ words, values }: MaskedGroup, valuesMax: number): Pattern['slots'] {
  const slots: Pattern['slots'] = [];
  for (const [place, found] of values) {
    const word = words[place] ?? '';
    const counts = Array.from({ length: word.split(SLOT).length - 1 }, () => new ValueCounts());
    for (const [value, count] of found.entries()) {
      for (const [index, part] of (slotValues(word, value) ?? []).entries()) {
        counts[index]?.add(part, count);
      }
    }
    for (const [index, each] of counts.entries()) {
      const values = each.top(valuesMax);
      const examples = each.top(SLOT_EXAMPLES).map(({ value }) => value);
      const name = slotName(words, place, index, examples);
      const { distinct } = each;
      slots.push({ ...(name !== undefined && { name }), distinct, isExact: found.isExact, values });
    }
  }
  return slots;
}
