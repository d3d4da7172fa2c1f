/** A rule while it is edited: all fields of all conditions at once, so that switching loses nothing. */
import { type Rule, type RuleInput, ruleInputSchema } from '@apiary/common/messages/alerts.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { parseDuration } from '../../state/time-range.ts';
import { type DraftErrors, errorsOf } from './draft-errors.ts';

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

/** Whom to tell: names of channels, and users of whom `*` is everybody. */
export interface Told {
  readonly channels: readonly string[];
  readonly users: readonly string[];
}

/** One step of an escalation; its time as it is typed. */
export interface StepDraft extends Told {
  readonly after: string;
}

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
  readonly text: string;
  readonly contextLines: string;
  /** A field; empty: no counts. */
  readonly countBy: string;
  readonly channels: readonly string[];
  readonly users: readonly string[];
  /** `0s` is at once, and never. */
  readonly hold: string;
  readonly repeat: string;
  /** Messages within half a minute that are told one by one; `0`: all. */
  readonly bundleAfter: string;
  readonly quietWhenHostDead: boolean;
  readonly escalation: readonly StepDraft[];
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
  text: '',
  contextLines: '0',
  countBy: 'host',
  channels: [],
  users: ['*'],
  hold: '0s',
  repeat: '4h',
  bundleAfter: '5',
  quietWhenHostDead: true,
  escalation: [],
  rest: {},
};

/** What is likely for a kind, where it is not what {@link NEW_RULE} says. A limit of a field is for people to say. */
const LIKELY: Readonly<Partial<Record<ConditionKind, Partial<RuleDraft>>>> = {
  rate: { window: '5m' },
  absence: { window: '10m' },
  first: { window: '10m' },
  threshold: { count: '1', value: '' },
  sustained: { window: '5m', value: '' },
  check: { count: '3' },
  ratio: { window: '5m', value: '0.05' },
};
const SHARED = ['count', 'window', 'value'] as const;

/** The draft as a rule of another kind: what was typed stays, what was only likely is likely for that kind. */
export function withKind(draft: RuleDraft, kind: ConditionKind): RuleDraft {
  const likely = (of: ConditionKind) => ({ ...NEW_RULE, ...LIKELY[of] });
  const untouched = SHARED.filter((field) => draft[field] === likely(draft.kind)[field]);
  const changes = untouched.map((field) => [field, likely(kind)[field]]);
  return { ...draft, kind, ...Object.fromEntries(changes) };
}

const SECOND = 1000;
/** Leaves room for the number that makes an id its own. */
const ID_CHARACTERS = 34;
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

/** Where a part of a condition is typed that has another name. */
const TYPED_IN: Readonly<Record<string, string>> = {
  above: 'value',
  attempts: 'count',
  level: 'direction',
};

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
    text: rule.text ?? '',
    contextLines: String(rule.contextLines),
    countBy: rule.countBy,
    channels: rule.channels,
    users: rule.users,
    hold: lengthText(rule.forMs),
    repeat: lengthText(rule.repeatMs),
    bundleAfter: String(rule.bundleAfter),
    quietWhenHostDead: rule.quietWhenHostDead,
    escalation: rule.escalation.map(({ afterMs, ...told }) => ({
      ...told,
      after: lengthText(afterMs),
    })),
    rest: rule,
  };
  const shown = Object.fromEntries(
    Object.entries(condition)
      .filter(([name]) => name !== 'type')
      .map(([name, value]) =>
        name === 'windowMs'
          ? ['window', lengthText(Number(value))]
          : [TYPED_IN[name] ?? name, String(value)],
      ),
  );
  return { ...draft, ...shown };
}

/** The rule of a draft, or what is wrong with it: by the field of the form, and the first of it. */
export function ruleOf(
  draft: RuleDraft,
): { readonly rule: RuleInput } | { readonly wrong: string; readonly errors: DraftErrors } {
  const checked = ruleInputSchema.safeParse({
    ...restOf(draft.rest),
    ...(draft.id !== undefined && { id: draft.id }),
    name: draft.name.trim() || 'New rule',
    query: draft.query,
    condition: conditionOf(draft),
    groupBy: draft.groupBy.split(/[\s,]+/).filter((field) => field !== ''),
    severity: draft.severity,
    channels: draft.channels,
    users: draft.users,
    ...(draft.title.trim() !== '' && { title: draft.title }),
    ...(draft.text.trim() !== '' && { text: draft.text }),
    contextLines: numberOf(draft.contextLines),
    countBy: draft.countBy.trim(),
    forMs: durationOf(draft.hold),
    repeatMs: durationOf(draft.repeat),
    bundleAfter: numberOf(draft.bundleAfter),
    quietWhenHostDead: draft.quietWhenHostDead,
    escalation: draft.escalation.map(({ after, ...told }) => ({
      ...told,
      afterMs: durationOf(after),
    })),
  });
  const errors = {
    ...(checked.success ? {} : errorsOf(checked.error.issues)),
    ...queriesOf(draft),
  };
  const [wrong] = Object.values(errors);
  if (wrong !== undefined) return { wrong, errors };
  // Without an error there is a rule.
  return checked.success ? { rule: checked.data } : { wrong: 'This is no rule.', errors };
}

/** An id for a new rule, which no other rule has: a rule of the same name is not to be replaced. */
export function freshId(name: string, taken: readonly string[]): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, ID_CHARACTERS);
  const first = plain === '' ? 'rule' : plain;
  if (!taken.includes(first)) return first;
  for (let count = 2; ; count++) {
    const id = `${first}-${count}`;
    if (!taken.includes(id)) return id;
  }
}

/** The steps with the one at `index` told one step earlier or later; the times stay where they are. */
export function movedStep(
  steps: readonly StepDraft[],
  index: number,
  way: -1 | 1,
): readonly StepDraft[] {
  const one = steps[index];
  const other = steps[index + way];
  if (!one || !other) return steps;
  const at = new Map([
    [index, { ...other, after: one.after }],
    [index + way, { ...one, after: other.after }],
  ]);
  return steps.map((step, place) => at.get(place) ?? step);
}

function restOf({ title: _title, text: _text, ...rest }: Partial<RuleInput>): Partial<RuleInput> {
  return rest;
}

function queriesOf({ query, kind, of }: RuleDraft): DraftErrors {
  const told = (name: string, text: string) => {
    const parsed = parseQuery(text);
    return parsed.ok ? {} : { [name]: parsed.error.message };
  };
  return { ...told('query', query), ...(kind === 'ratio' ? told('of', of) : {}) };
}

/** NaN, which no shape takes, for what is no number; an empty field is none. */
function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function conditionOf(draft: RuleDraft): unknown {
  const windowMs = durationOf(draft.window);
  const numbers = { count: numberOf(draft.count), factor: numberOf(draft.factor) };
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
        value: numberOf(draft.value),
        count,
        windowMs,
      };
    }
    case 'sustained': {
      const way = direction === 'below' ? 'below' : 'above';
      return { type, field: field.trim(), direction: way, value: numberOf(draft.value), windowMs };
    }
    case 'check': {
      const level = direction === 'warning' ? 'warning' : 'critical';
      return { ...kept, type, level, attempts: numbers.count };
    }
    case 'ratio':
      return { ...kept, type, of: draft.of, above: numberOf(draft.value), windowMs };
    default:
      return { type };
  }
}

/** `5m` in milliseconds; NaN, which no shape takes, for what is no length. */
function durationOf(text: string): number {
  return /^0[dhms]?$/.test(text.trim()) ? 0 : (parseDuration(text.trim()) ?? Number.NaN);
}
