/** The limit of a rule, as its chart shows and moves it. */
import type { RuleInput } from '@apiary/common/messages/alerts.ts';
import type { ChartLimit } from '../../charts/limit-chart.tsx';
import { durationWords } from '../../state/time-range.ts';
import type { RuleDraft } from './rule-draft.ts';

/** A limit moves in so many steps over what was measured. */
const STEPS = 50;

/** The limit of a condition that has one; it can be moved where `onChange` is told what the form then holds. */
export function limitOf(
  condition: RuleInput['condition'],
  values: readonly (number | null)[],
  onChange?: (change: Partial<RuleDraft>) => void,
): ChartLimit | undefined {
  const moves = (name: 'count' | 'value') =>
    onChange && { move: (limit: number) => onChange({ [name]: String(limit) }) };
  switch (condition.type) {
    case 'count':
      return {
        ...{ value: condition.count, direction: 'above', isBeyond: true, step: 1, least: 1 },
        ...moves('count'),
      };
    case 'ratio': {
      const step = stepOf([...values, condition.above]);
      const limit = { value: condition.above, direction: 'above', isBeyond: false } as const;
      return { ...limit, step, least: step, ...moves('value') };
    }
    case 'threshold':
    case 'sustained': {
      const { value, direction } = condition;
      const step = stepOf([...values, value]);
      const least = Number.NEGATIVE_INFINITY;
      return { value, direction, isBeyond: false, step, least, ...moves('value') };
    }
    default:
      return undefined;
  }
}

/** What the chart of a condition shows; undefined where nothing is measured over time. */
export function measuredTitle(condition: RuleInput['condition']): string | undefined {
  switch (condition.type) {
    case 'threshold':
    case 'sustained':
      return condition.field;
    case 'ratio':
      return `Share of the lines in ${durationWords(condition.windowMs)}`;
    case 'count':
    case 'rate':
    case 'absence':
      return `Lines in ${durationWords(condition.windowMs)}`;
    default:
      return undefined;
  }
}

/** A power of ten: about a fiftieth of the largest value. */
function stepOf(values: readonly (number | null)[]): number {
  const most = Math.max(...values.map((value) => Math.abs(value ?? 0)));
  return most === 0 ? 1 : 10 ** Math.floor(Math.log10(most / STEPS));
}
