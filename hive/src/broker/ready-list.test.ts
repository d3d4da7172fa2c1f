import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ReadyList } from './ready-list.ts';

test('gives entries in order, whatever is taken and put back meanwhile', () => {
  const steps = fc.array(fc.constantFrom('push', 'take', 'back', 'back-oldest'), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const list = new ReadyList<{ sequence: number }>();
      const expected: number[] = [];
      const taken: { sequence: number }[] = [];
      let last = 0;
      for (const step of all) {
        if (step === 'push') {
          list.push({ sequence: ++last });
          expected.push(last);
        } else if (step === 'take') {
          const entry = list.shift();
          expect(entry?.sequence).toBe(expected.shift());
          if (entry) taken.push(entry);
        } else {
          const entry = step === 'back' ? taken.pop() : taken.shift();
          if (!entry) continue;
          list.putBack(entry);
          expected.push(entry.sequence);
          expected.sort((a, b) => a - b);
        }
        expect(list.length).toBe(expected.length);
        expect(list.peek()?.sequence).toBe(expected[0]);
      }
      expect(expected.map((_, index) => list.at(index)?.sequence)).toEqual(expected);
    }),
  );
});
