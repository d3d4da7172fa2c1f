/** Runs an automaton over columns with the compiled loop. */

import { ASCII } from '@apiary/common/query/automaton/expression.ts';
import { type Automaton, BYTES, OPEN } from '@apiary/common/query/automaton/table.ts';
import { BYTE_CLASS, DIGIT, LETTER } from '../words.ts';
import type { ColumnPlace } from './find-in-column.ts';
import { keptOrNew, type LinearMemory } from './linear-memory.ts';

const EXIT_BYTES = 4;
const EXITS_MAX = 2;
/** Room for rows and columns at first. */
const ROOM_BYTES = 256 * 1024;
/** The automaton's table, its exits, states that are seen, rows and a column. */
const PIECES = 5;

/** What the loop works on: the last automaton stays there, as it goes through many columns. */
interface Held {
  readonly memory: LinearMemory;
  readonly automaton: Automaton;
  readonly table: number;
  readonly exits: number;
  readonly seen: number;
  /** What is left, for rows and a column. */
  readonly room: number;
  readonly roomBytes: number;
}

let held: Held | undefined;

/**
 * Each row's state becomes the one behind its value in a column; those that are settled stay.
 *
 * @param states by row
 * @param seen by state: set to 1 where a row that is not settled is in it then, to 0 elsewhere
 */
export function runAutomaton(
  automaton: Automaton,
  { bytes, from, to, width }: ColumnPlace,
  states: Uint8Array,
  seen: Uint8Array,
): void {
  const columnBytes = Math.min(to, bytes.length) - from;
  const own = holdFor(automaton, states.length + columnBytes);
  const { memory } = own;
  const all = memory.bytes;
  const column = own.room + states.length;
  all.set(states, own.room);
  bytes.copy(all, column, from, from + columnBytes);
  all.fill(0, own.seen, own.seen + BYTES);
  memory.loops.runAutomaton(
    ...[column, column + columnBytes, width, states.length],
    ...[own.room, own.table, own.exits, own.seen],
  );
  states.set(memory.bytesAt(own.room, states.length));
  seen.set(memory.bytesAt(own.seen, BYTES));
}

function holdFor(automaton: Automaton, roomBytes: number): Held {
  if (held && held.automaton === automaton && held.roomBytes >= roomBytes) return held;
  const memory = keptOrNew(held?.memory);
  const room = Math.max(roomBytes, ROOM_BYTES);
  const exits = exitsOf(automaton);
  memory.reserve(automaton.next.length + exits.length + BYTES + room, PIECES);
  held = {
    ...{ memory, automaton, roomBytes: room },
    ...{ table: memory.put(automaton.next), exits: memory.put(exits) },
    ...{ seen: memory.take(BYTES), room: memory.take(room) },
  };
  return held;
}

/** See the loop. Values are words of ASCII characters: other bytes are not in them. */
function exitsOf({ next, accepts }: Automaton): Uint8Array {
  const exits = new Uint8Array(accepts.length * EXIT_BYTES);
  for (let state = OPEN; state < accepts.length; state++) {
    const leaving: number[] = [];
    for (let code = 0; code < ASCII; code++) {
      if (((BYTE_CLASS[code] ?? 0) & (LETTER | DIGIT)) === 0) continue;
      if (next[state * BYTES + code] !== state) leaving.push(code);
    }
    if (leaving.length > EXITS_MAX) continue;
    const [first = 0, second = first] = leaving;
    exits.set([1, first, second], state * EXIT_BYTES);
  }
  return exits;
}
