import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ColumnReader, ColumnWriter } from './columns.ts';

test('numbers of any length are read one by one and many at once alike', () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ min: 16_000, max: 17_000 }),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  );
  fc.assert(
    fc.property(fc.array(number), fc.nat(50), (numbers, first) => {
      const writer = new ColumnWriter();
      for (const one of numbers) writer.unsigned(one);
      const [single, many] = [new ColumnReader(writer.result()), new ColumnReader(writer.result())];
      const read = new Uint32Array(numbers.length);
      many.fill(read.subarray(0, first));
      many.fill(read.subarray(first));
      expect([...read]).toEqual(numbers);
      expect(numbers.map(() => single.unsigned())).toEqual(numbers);
      expect(() => many.fill(new Uint32Array(1))).toThrow('ends within a number');
    }),
  );
});
