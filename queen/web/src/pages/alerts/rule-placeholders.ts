/** What titles and texts may hold in braces; pheromone fills it in. */

const ALWAYS = [
  ['what', 'what happened, in words'],
  ['count', 'how many, or the value'],
  ['window', 'the time that it is judged on'],
  ['rule', 'the rule’s name'],
  ['severity', 'info, warning or critical'],
  ['group', 'what it fires for, with the fields’ names'],
  ['in', 'the same in parentheses, or nothing'],
  ['counts', 'how many of each value'],
  ['host', 'the host of the last line'],
  ['line', 'the last line itself'],
] as const;

/** Name and meaning of each placeholder of a rule; any other field of the line may be named as well. */
export function placeholdersOf(groupBy: string): readonly (readonly [string, string])[] {
  const fields = groupBy.split(/[\s,]+/).filter((field) => field !== '');
  const known = new Set<string>(ALWAYS.map(([name]) => name));
  const own = fields.filter((field) => !known.has(field));
  return [...ALWAYS, ...own.map((field) => [field, 'of the group'] as const)];
}

/** A text with a placeholder in place of what is selected, and where the caret is then. */
export function withPlaceholder(
  text: string,
  name: string,
  selection: { readonly from: number; readonly to: number },
): { readonly text: string; readonly caret: number } {
  const head = `${text.slice(0, selection.from)}{${name}}`;
  return { text: head + text.slice(selection.to), caret: head.length };
}
