import { compileAutomaton } from '@apiary/common/query/automaton/automaton.ts';
import { type Automaton, BYTES, OPEN } from '@apiary/common/query/automaton/table.ts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runAutomaton } from './run-automaton.ts';

/** With states that few characters leave, and others that many do. */
const SOURCES = [
  ...['slow.*9', '.*ab.*[0-9]+b', '[^9]*9z', '^(a|b9)+$', 'b{3,}', '(?:a.|9b)*z', '\\bab\\b'],
  ...['[a-z]+[0-9][a-z]+', 'z', '_.*_.*_', '[]'],
];
const letters = fc.constantFrom(...'abBzsS_019');
const word = fc.string({ unit: letters, minLength: 1, maxLength: 50 });

function automatonOf(source: string): Automaton {
  const automaton = compileAutomaton(source);
  if (!automaton) throw new Error(`${source} is too large`);
  return automaton;
}

const source = fc.constantFrom(...SOURCES).map(automatonOf);

/** What one look for each character makes of a state; one that is settled stays. */
function behind({ next }: Automaton, state: number, value: string): number {
  let at = state;
  for (const byte of Buffer.from(value)) {
    if (at < OPEN) return at;
    at = next[at * BYTES + byte] ?? 0;
  }
  return at;
}

/** Before and behind the column stands what is not to be read. */
function run(automaton: Automaton, values: readonly string[], width: number, states: Uint8Array) {
  const before = 's9z\n'.repeat(3);
  const column = values.map((value) => (width > 0 ? value : `${value}\n`)).join('');
  const bytes = Buffer.from(`${before}${column}9zab9z`);
  const seen = new Uint8Array(BYTES).fill(1);
  const place = { bytes, from: before.length, to: before.length + column.length, width };
  runAutomaton(automaton, place, states, seen);
  return { states, seen: [...seen.keys()].filter((state) => seen[state] === 1) };
}

function expected(automaton: Automaton, values: readonly string[], before: Uint8Array) {
  const states = before.map((state, row) => behind(automaton, state, values[row] ?? ''));
  const seen = new Set([...states].filter((state) => state >= OPEN));
  return { states, seen: [...seen].sort((a, b) => a - b) };
}

/** A state for each row, settled ones among them. */
function statesFor({ accepts }: Automaton, values: readonly string[], seed: number): Uint8Array {
  return Uint8Array.from(values, (_, row) => (seed + row * 7) % accepts.length);
}

test('Each row is where a look for each character leads to, with values of any length or of one.', () => {
  const fixed = fc
    .integer({ min: 1, max: 40 })
    .chain((width) =>
      fc.array(fc.string({ unit: letters, minLength: width, maxLength: width }), { maxLength: 60 }),
    );
  const varying = fc.array(word, { maxLength: 60 });
  const check = (automaton: Automaton, values: readonly string[], width: number, seed: number) => {
    const before = statesFor(automaton, values, seed);
    const wanted = expected(automaton, values, before);
    expect(run(automaton, values, width, before.slice())).toEqual(wanted);
  };
  fc.assert(
    fc.property(source, fixed, varying, fc.nat(20), (automaton, even, uneven, seed) => {
      check(automaton, even, even[0]?.length ?? 1, seed);
      check(automaton, uneven, 0, seed);
    }),
    { numRuns: 2_000 },
  );
});

test('Columns of any size follow one another.', () => {
  const automaton = automatonOf('slow.*9');
  for (const rows of [1, 50_000, 3, 200_000, 10]) {
    const values = Array.from({ length: rows }, (_, row) => `xSlowly${row % 1000}`);
    const states = new Uint8Array(rows).fill(automaton.start);
    const wanted = expected(automaton, values, states);
    expect(run(automaton, values, 0, states)).toEqual(wanted);
  }
});

test('A column that ends too soon leaves the other rows where they are.', () => {
  const automaton = automatonOf('slow.*9');
  const states = new Uint8Array(4).fill(automaton.start);
  const bytes = Buffer.from('slow9xx');
  const [seen, from] = [new Uint8Array(BYTES), 0];
  runAutomaton(automaton, { bytes, from, to: 100, width: 5 }, states, seen);
  expect([states[0], states[2], states[3]]).toEqual([1, automaton.start, automaton.start]);
});
