import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { columnOrder } from './column-class.ts';
import { encodeSlots, type TemplateRow } from './encode-slots.ts';
import { mayHold } from './judge/word-judge.ts';
import { SlotTable } from './slot-table.ts';
import { CONSTANT, FIXED, LONG, RAW, VARYING } from './value-columns.ts';
import { FULL_MASK, maskOf } from './words.ts';

interface Slot {
  readonly mask: number;
  readonly shortest: number;
  readonly longest: number;
  readonly encoding: number;
  readonly varying: number;
  readonly listed: boolean;
}

const mask = fc.oneof(
  fc.constantFrom(0, FULL_MASK, maskOf('cafe'), maskOf('q7'), maskOf('zq7x'), 1 << 27),
  fc.integer(),
);
const length = fc.oneof(fc.constantFrom(0, 3, 4, 5, LONG), fc.nat(255));
const slot: fc.Arbitrary<Slot> = fc.record({
  ...{ mask, shortest: length, longest: length, varying: fc.nat(100_000), listed: fc.boolean() },
  encoding: fc.constantFrom(VARYING, FIXED, CONSTANT, RAW),
});
const template = fc.record({
  slots: fc.array(slot, { maxLength: 12 }),
  rows: fc.tuple(fc.nat(10_000), fc.nat(10_000)),
  level: fc.nat(255),
});
// Raw rows are last, in one column.
const templates = fc.tuple(fc.array(template, { maxLength: 40 }), slot).map(([some, raw]) => {
  const last = { slots: [{ ...raw, listed: false }], rows: [7, 9] as [number, number], level: 0 };
  return [...some, last];
});
type Templates = Parameters<Parameters<typeof templates.map>[0]>[0];

function encoded(all: Templates): { readonly bytes: Buffer; readonly slots: readonly Slot[] } {
  const slots = all.flatMap((each) => each.slots);
  const columns = {
    mask: Int32Array.from(slots, (each) => each.mask),
    shortest: Uint8Array.from(slots, (each) => each.shortest),
    longest: Uint8Array.from(slots, (each) => each.longest),
    encoding: Uint8Array.from(slots, (each) => each.encoding),
    listed: Uint8Array.from(slots, (each) => (each.listed ? 1 : 0)),
    columnBytes: Float64Array.from(slots, (each) => each.varying),
  };
  const none = { gather: () => Buffer.alloc(0), lexicon: undefined, order: [], blooms: [] };
  const rows = all.map(
    (each, id): TemplateRow => ({
      ...{ slots: each.slots.length, rows: each.rows, layout: (id % 5) - 1, shift: 60_000 * id },
      ...{ timestampLength: id % 30, hiddenTokens: id % 9, ended: id % 2 === 0, level: each.level },
    }),
  );
  return { bytes: encodeSlots(rows, { ...columns, ...none }), slots };
}

function read(all: Templates, byClass: boolean, bytes = encoded(all).bytes): SlotTable {
  const slots = encoded(all).slots.length;
  return new SlotTable(bytes, { templates: all.length, slots, idsParts: 2, byClass });
}

/** What each column takes, and where it begins, one slot after another. */
function expectedPlaces(all: Templates, byClass: boolean) {
  const slots = encoded(all).slots;
  const owners = all.flatMap((each, id) => each.slots.map(() => id));
  const bytes = slots.map(({ encoding, longest, varying }, at) => {
    const [one = 0, other = 0] = all[owners[at] ?? 0]?.rows ?? [];
    if (encoding === CONSTANT) return longest;
    return encoding === FIXED ? longest * (one + other) : varying;
  });
  const listed = Uint8Array.from(slots, (each) => (each.listed ? 1 : 0));
  const masks = Int32Array.from(slots, (each) => (byClass ? each.mask : 0));
  const inSlots = [...slots.keys()].sort((a, b) => (listed[a] ?? 0) - (listed[b] ?? 0) || a - b);
  const order = byClass ? columnOrder(masks, listed) : inSlots;
  const from: number[] = [];
  let at = 0;
  for (const own of order) {
    from[own] = at;
    at += bytes[own] ?? 0;
  }
  return { from, bytes, template: owners, listed: [...listed] };
}

describe('a table of slots', () => {
  test('says where columns are, as they were laid out', () => {
    fc.assert(
      fc.property(templates, fc.boolean(), (all, byClass) => {
        const table = read(all, byClass);
        const { from, bytes, template: owners, listed } = expectedPlaces(all, byClass);
        expect([...table.from]).toEqual(from);
        expect([...table.bytes]).toEqual(bytes);
        expect([...table.template]).toEqual(owners);
        expect([...table.listed]).toEqual(listed);
        expect(owners.map((_, at) => Number(table.isListed(at)))).toEqual(listed);
        expect([...table.encoding]).toEqual(encoded(all).slots.map(({ encoding }) => encoding));
      }),
      { numRuns: 300 },
    );
  });

  test('adds up rows and slots of templates', () => {
    fc.assert(
      fc.property(templates, (all) => {
        const table = read(all, true);
        let [slotsBefore, rowsBefore] = [0, 0];
        for (const [id, { slots, rows, level }] of all.entries()) {
          expect(table.firstSlot[id]).toBe(slotsBefore);
          expect(table.firstRow[id]).toBe(rowsBefore);
          expect(table.rows[id]).toBe(rows[0] + rows[1]);
          expect(table.level[id]).toBe(level);
          expect(table.hiddenTokens[id]).toBe(id % 9);
          expect(table.shiftMinutes[id]).toBe(id);
          slotsBefore += slots.length;
          rowsBefore += rows[0] + rows[1];
        }
        expect(table.firstSlot[all.length]).toBe(slotsBefore);
        expect(table.firstRow[all.length]).toBe(rowsBefore);
      }),
    );
  });

  test('finds the slots that can have a word, whole or as a part of a value', () => {
    const word = fc.constantFrom('cafe', 'q7', 'zq7x', 'a', '7'.repeat(300));
    fc.assert(
      fc.property(templates, word, fc.boolean(), (all, needle, exact) => {
        const table = read(all, true);
        const wanted = { needle, mask: maskOf(needle), exact, hash: 0, accepts: () => true };
        const every = [...table.mask.keys()];
        const found = [...table.slotsOf({ mask: wanted.mask, length: needle.length, exact })];
        expect(found).toEqual(every.filter((at) => mayHold(wanted, table, at)));
      }),
      { numRuns: 300 },
    );
  });

  test('reads a section that begins anywhere in memory', () => {
    const all: Templates = [{ slots: [], rows: [1, 2], level: 3 }, ...oneRaw()];
    const shifted = Buffer.concat([Buffer.alloc(3), encoded(all).bytes]).subarray(3);
    expect([...read(all, true, shifted).rows]).toEqual([3, 16]);
  });

  test('takes no section whose numbers do not come out', () => {
    const all = oneRaw();
    const { bytes } = encoded(all);
    const corrupt = { message: 'The slots of a chunk are not whole.' };
    const of = (part: Buffer, slots: number) =>
      new SlotTable(part, { templates: 1, slots, idsParts: 2, byClass: true });
    expect(() => of(bytes, 2)).toThrow();
    expect(() => of(bytes.subarray(0, 5), 1)).toThrow(expect.objectContaining(corrupt));
    // One more column of several lengths than there is a slot for.
    const extra = Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(4), bytes.subarray(4)]);
    expect(() => of(extra, 1).from).toThrow(expect.objectContaining(corrupt));
    // More bytes than there can be.
    const huge: Templates = Array.from({ length: 3 }, () => ({
      slots: [{ ...rawSlot, encoding: FIXED, longest: 254 }],
      rows: [0x7fffffff, 0],
      level: 0,
    }));
    expect(() => read(huge, true).from).toThrow(expect.objectContaining(corrupt));
  });
});

const rawSlot = { mask: 0, shortest: 1, longest: LONG, encoding: RAW, varying: 99, listed: false };

function oneRaw(): Templates {
  return [{ slots: [rawSlot], rows: [7, 9], level: 0 }];
}
