import { RECEIVED_RECORD_BYTES_MAX } from '@apiary/common/limits.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter } from './line-splitter.ts';

describe('splitting a stream into lines', () => {
  test('gives the same lines however the stream is cut', () => {
    const chunks = fc.array(fc.stringMatching(/^[ab\n]{0,9}$/), { maxLength: 8 });
    const property = fc.property(chunks, (texts) => {
      const splitter = new LineSplitter();
      const lines = texts.flatMap((text) => splitter.push(Buffer.from(text)));
      const all = [...lines, ...splitter.end()].map(String);
      const expected = texts.join('').split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(all).toEqual(expected);
    });
    fc.assert(property);
  });

  test('cuts a line without end', () => {
    const splitter = new LineSplitter();
    const lines: Buffer[] = [];
    for (let index = 0; index < 5; index++) {
      lines.push(...splitter.push(Buffer.alloc(RECEIVED_RECORD_BYTES_MAX / 2 + 1, 'x')));
    }
    expect(lines.map(({ length }) => length)).toEqual([
      RECEIVED_RECORD_BYTES_MAX,
      RECEIVED_RECORD_BYTES_MAX,
    ]);
    expect(splitter.end().map(({ length }) => length)).toEqual([RECEIVED_RECORD_BYTES_MAX / 2 + 5]);
  });
});
