/** A rule while it is edited: all fields of all conditions at once, so that switching loses nothing. */
import {
  conditionSchema,
  type Rule,
  type RuleInput,
  ruleInputSchema,
} from '@apiary/common/messages/alerts.ts';
import { parseDuration } from '../../state/time-range.ts';

/** Kinds of conditions as the form names them. */
export const CONDITION_KINDS = {
  count: 'many lines in a time',
  rate: 'more or fewer lines than before',
  absence: 'no line for a time',
  first: 'something that never came before',
  threshold: 'a field above or below a number',
  sustained: 'a field that stays above or below a number',
  check: 'a check that is not well',
  ratio: 'a share of the lines',
  'agent-dead': 'an agent that is not heard any more',
  'target-failed': 'a target that cannot be watched',
} as const;

/** A key of {@link CONDITION_KINDS}. */
export type ConditionKind = keyof typeof CONDITION_KINDS;

/** What the form holds; numbers and lengths as they are typed. */
export interface RuleDraft {
  readonly id: string | undefined;
  readonly name: string;
  readonly query: string;
  readonly kind: ConditionKind;
  readonly count: string;
  readonly window: string;
  readonly factor: string;
  readonly direction: string;
  readonly field: string;
  readonly value: string;
  readonly of: string;
  readonly groupBy: string;
  readonly severity: string;
  readonly title: string;
  readonly channels: readonly string[];
  /** `0s` is at once, and never. */
  readonly hold: string;
  readonly repeat: string;
  /** What the form does not show stays as it was. */
  readonly rest: Partial<RuleInput>;
}

/** A new rule. */
export const NEW_RULE: RuleDraft = {
  id: undefined,
  name: '',
  query: '',
  kind: 'count',
  count: '10',
  window: '1m',
  factor: '3',
  direction: 'up',
  field: '',
  value: '0',
  of: '',
  groupBy: '',
  severity: 'warning',
  title: '',
  channels: [],
  hold: '0s',
  repeat: '4h',
  rest: {},
};

const SECOND = 1000;
const LETTERS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

function lengthText(ms: number): string {
  const seconds = Math.round(ms / SECOND);
  const [letter, length] = LETTERS.find(([, unit]) => seconds % unit === 0) ?? LETTERS[3];
  return seconds === 0 ? '0s' : `${seconds / length}${letter}`;
}

/** The draft of a rule that exists. */
export function draftOf(rule: Rule): RuleDraft {
  const { condition } = rule;
  const draft = {
    ...NEW_RULE,
    id: rule.id,
    name: rule.name,
    query: rule.query,
    kind: condition.type,
    groupBy: rule.groupBy.join(', '),
    severity: rule.severity,
    title: rule.title ?? '',
    channels: rule.channels,
    hold: lengthText(rule.forMs),
    repeat: lengthText(rule.repeatMs),
    rest: rule,
  };
  const shown = Object.fromEntries(
    Object.entries(condition)
      .filter(([name]) => name !== 'type')
      .map(([name, value]) =>
        name === 'windowMs'
          ? ['window', lengthText(Number(value))]
          : [name === 'above' ? 'value' : name, String(value)],
      ),
  );
  return { ...draft, ...shown };
}

/** The rule of a draft, or what is wrong with it. */
export function ruleOf(
  draft: RuleDraft,
): { readonly rule: RuleInput } | { readonly wrong: string } {
  const condition = conditionSchema.safeParse(conditionOf(draft));
  if (!condition.success) return { wrong: wrongWords(condition.error.issues) };
  const rule = ruleInputSchema.safeParse({
    ...restOf(draft.rest),
    ...(draft.id !== undefined && { id: draft.id }),
    name: draft.name.trim() || 'New rule',
    query: draft.query,
    condition: condition.data,
    groupBy: draft.groupBy.split(/[\s,]+/).filter((field) => field !== ''),
    severity: draft.severity,
    channels: draft.channels,
    ...(draft.title.trim() !== '' && { title: draft.title }),
    forMs: durationOf(draft.hold),
    repeatMs: durationOf(draft.repeat),
  });
  return rule.success ? { rule: rule.data } : { wrong: wrongWords(rule.error.issues) };
}

function restOf({ title: _title, ...rest }: Partial<RuleInput>): Partial<RuleInput> {
  return rest;
}

function conditionOf(draft: RuleDraft): unknown {
  const windowMs = durationOf(draft.window);
  const numbers = { count: Number(draft.count), factor: Number(draft.factor) };
  const { kind: type, direction, field } = draft;
  const kept = draft.rest.condition?.type === type ? draft.rest.condition : {};
  switch (type) {
    case 'count':
      return { ...kept, type, count: numbers.count, windowMs };
    case 'rate':
      return { ...kept, type, direction, factor: numbers.factor, windowMs };
    case 'absence':
      return { type, windowMs };
    case 'first':
      return { ...kept, type, field: field.trim() === '' ? undefined : field.trim(), windowMs };
    case 'threshold': {
      const way = direction === 'below' ? 'below' : 'above';
      const { count } = numbers;
      return {
        type,
        field: field.trim(),
        direction: way,
        value: Number(draft.value),
        count,
        windowMs,
      };
    }
    case 'sustained': {
      const way = direction === 'below' ? 'below' : 'above';
      return { type, field: field.trim(), direction: way, value: Number(draft.value), windowMs };
    }
    case 'check': {
      const level = direction === 'warning' ? 'warning' : 'critical';
      return { ...kept, type, level, attempts: numbers.count };
    }
    case 'ratio':
      return { ...kept, type, of: draft.of, above: Number(draft.value), windowMs };
    default:
      return { type };
  }
}

/** `5m` in milliseconds; NaN, which no shape takes, for what is no length. */
function durationOf(text: string): number {
  return /^0[dhms]?$/.test(text.trim()) ? 0 : (parseDuration(text.trim()) ?? Number.NaN);
}

const FIELD_NAMES: Readonly<Record<string, string>> = {
  windowMs: 'The time',
  count: 'The number of lines',
  factor: 'The factor',
  value: 'The limit',
  above: 'The share',
  field: 'The field',
  forMs: 'The time before it fires',
  repeatMs: 'The time before it is said again',
  groupBy: 'For each',
};

function wrongWords(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  const [issue] = issues;
  const last = String(issue?.path[0] ?? '');
  const isLength = last.endsWith('Ms');
  const advice = isLength ? 'is a length like 30s, 5m or 2h' : `: ${issue?.message ?? 'wrong'}`;
  return `${FIELD_NAMES[last] ?? last} ${advice}.`.replace(' :', ':');
}
