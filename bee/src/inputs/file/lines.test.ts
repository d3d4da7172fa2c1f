import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CutRequest, cutLines as cutRecords, holeLength } from './lines.ts';

const usual = {
  offset: 0,
  isFullMessage: false,
  flush: false,
  beginBefore: Number.MAX_SAFE_INTEGER,
};

function cutLines(request: CutRequest) {
  const cut = cutRecords(request);
  if (typeof cut === 'string') throw new Error('nothing is held where each line is a record');
  return cut;
}

describe('cutting lines', () => {
  test('takes whole lines and leaves an unfinished one', () => {
    const cut = cutLines({ ...usual, bytes: Buffer.from('a\nbc\nde') });
    expect(cut).toEqual({
      length: 5,
      sourceLengths: Uint32Array.of(2, 3),
      endsMidRecord: false,
    });
    expect(cutLines({ ...usual, bytes: Buffer.from('de') })).toBeUndefined();
  });

  test('takes an unfinished line when told to', () => {
    const cut = cutLines({ ...usual, bytes: Buffer.from('a\nbc'), flush: true });
    expect(cut).toEqual({ length: 4, sourceLengths: Uint32Array.of(2, 2), endsMidRecord: true });
    const whole = cutLines({ ...usual, bytes: Buffer.from('a\n'), flush: true });
    expect(whole?.endsMidRecord).toBe(false);
  });

  test('takes a part of a line that fills a message', () => {
    const cut = cutLines({ ...usual, bytes: Buffer.from('abc'), isFullMessage: true });
    expect(cut).toMatchObject({ length: 3, endsMidRecord: true });
    const first = cutLines({ ...usual, bytes: Buffer.from('a\nbc'), isFullMessage: true });
    expect(first).toMatchObject({ length: 2, endsMidRecord: false });
  });

  test('takes the line that begins before the bound, and none after it', () => {
    const bytes = Buffer.from('a\nbcdef\ng\n');
    expect(cutLines({ ...usual, bytes, offset: 100, beginBefore: 103 })?.length).toBe(8);
    expect(cutLines({ ...usual, bytes, offset: 100, beginBefore: 102 })?.length).toBe(2);
  });

  test('its lengths always add up to what it takes', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '\n'), { maxLength: 60 });
    fc.assert(
      fc.property(text, fc.boolean(), fc.boolean(), (letters, isFullMessage, flush) => {
        const bytes = Buffer.from(letters.join(''));
        const cut = cutLines({ ...usual, bytes, isFullMessage, flush });
        if (!cut) return;
        expect(cut.sourceLengths.reduce((sum, length) => sum + length, 0)).toBe(cut.length);
        expect(cut.endsMidRecord).toBe(bytes[cut.length - 1] !== 10);
      }),
    );
  });
});

describe('holes', () => {
  test('are long runs of NULs where a line would begin', () => {
    const hole = Buffer.concat([Buffer.alloc(20), Buffer.from('x\n')]);
    expect(holeLength(hole, 0)).toBe(20);
    expect(holeLength(hole, 500)).toBe(0);
    expect(holeLength(Buffer.alloc(5_000), 500)).toBe(5_000);
    expect(holeLength(Buffer.from('\0\0x\n'), 0)).toBe(0);
    expect(holeLength(Buffer.from('x\0\0\0'), 0)).toBe(0);
  });
});
