/** What is wrong with a rule, as sentences at the fields of its form. */

/** Field of the form, such as `window` or `escalation.0.after` → a sentence. */
export type DraftErrors = Readonly<Record<string, string>>;

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
}

/** Where a part of a rule is typed, and how a sentence begins that speaks of it. */
const FIELDS: Readonly<Record<string, readonly [field: string, subject: string]>> = {
  name: ['name', 'The name'],
  query: ['query', 'The query'],
  windowMs: ['window', 'The time'],
  count: ['count', 'The number of lines'],
  attempts: ['count', 'The number of times'],
  factor: ['factor', 'The factor'],
  value: ['value', 'The limit'],
  above: ['value', 'The share'],
  field: ['field', 'The field'],
  of: ['of', 'The other query'],
  groupBy: ['groupBy', 'For each'],
  title: ['title', 'The title'],
  text: ['text', 'The text'],
  contextLines: ['contextLines', 'The number of lines around it'],
  countBy: ['countBy', 'The field that is counted by'],
  bundleAfter: ['bundleAfter', 'The number of messages'],
  forMs: ['hold', 'The time before it fires'],
  repeatMs: ['repeat', 'The time before it is said again'],
  afterMs: ['after', 'The time'],
  channels: ['channels', 'The channels'],
  users: ['users', 'The people'],
};

/** The first issue of each field. */
export function errorsOf(issues: readonly Issue[]): DraftErrors {
  const errors = new Map<string, string>();
  for (const issue of issues) {
    const { place, subject } = fieldOf(issue.path);
    if (!errors.has(place)) errors.set(place, `${subject}${adviceOf(issue)}.`);
  }
  return Object.fromEntries(errors);
}

function fieldOf(path: readonly PropertyKey[]) {
  const [first, step] = path;
  const last = path.findLast((part) => typeof part === 'string' && part in FIELDS);
  const [field, subject] = FIELDS[String(last)] ?? [String(first ?? ''), String(first ?? '')];
  const isStep = first === 'escalation' && typeof step === 'number';
  return { place: isStep ? `escalation.${step}.${field}` : field, subject };
}

function adviceOf({ path, message, code }: Issue): string {
  const isLength = path.some((part) => String(part).endsWith('Ms'));
  if (isLength && code === 'invalid_type') return ' is a length like 30s, 5m or 2h';
  if (isLength && code === 'too_big') return ' is longer than there may be';
  if (isLength) return ' is a length like 30s, 5m or 2h';
  return code === 'invalid_type' ? ': a number is needed' : `: ${message}`;
}
