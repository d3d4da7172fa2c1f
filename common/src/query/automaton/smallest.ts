import { ASCII } from './expression.ts';
import { type Automaton, BYTES } from './table.ts';

/**
 * The same automaton with states made one that no text tells apart, as Moore has it: what was seen of a second match is
 * of no matter once the first one is half there, and what cannot matter need not be read.
 */
export function smallest(automaton: Automaton): Automaton {
  const { accepts, next } = automaton;
  let group = accepts;
  for (let known = 0, count = 2; count > known; ) {
    known = count;
    ({ group, count } = apart(group, next));
  }
  const first = firstOf(group);
  const rows = first.map((state) =>
    next.subarray(state * BYTES, (state + 1) * BYTES).map((target) => group[target] ?? 0),
  );
  return {
    start: group[automaton.start] ?? 0,
    next: Buffer.concat(rows),
    accepts: Uint8Array.from(first, (state) => accepts[state] ?? 0),
  };
}

/** Groups by the group of a state and those that it leads to; numbered by their first state. */
function apart(group: Uint8Array, next: Uint8Array) {
  const numbers = new Map<string, number>();
  const apart = group.map((own, state) => {
    const row = next.subarray(state * BYTES, state * BYTES + ASCII);
    const key = Buffer.from(row.map((target) => group[target] ?? 0)).toString('latin1');
    const number = numbers.get(key + own) ?? numbers.size;
    numbers.set(key + own, number);
    return number;
  });
  return { group: apart, count: numbers.size };
}

/** By group: its first state. */
function firstOf(group: Uint8Array): number[] {
  const first: number[] = [];
  for (const [state, own] of group.entries()) first[own] ??= state;
  return first;
}
