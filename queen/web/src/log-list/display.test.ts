import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { displayPieces, safeText } from './display.ts';

const whole = { charactersMax: 10_000 };

describe('a line as pieces', () => {
  test('values differ from the template', () => {
    const pieces = displayPieces('from 10.0.0.5: took 38ms {"level":30}', [], whole);
    expect(pieces.filter((piece) => piece.kind === 'value').map((piece) => piece.text)).toEqual([
      '10.0.0.5',
      '38ms',
      '30',
    ]);
  });

  test('marks cut through whatever is there', () => {
    const pieces = displayPieces('abc 123 def', [{ from: 2, to: 6 }], whole);
    expect(pieces).toEqual([
      { text: 'ab', kind: 'text' },
      { text: 'c 12', kind: 'mark' },
      { text: '3', kind: 'value' },
      { text: ' def', kind: 'text' },
    ]);
  });

  test('control and direction characters become symbols', () => {
    expect(safeText('\u001b[31mx\u202ey\u0000')).toBe('^[[31mx⟨U+202E⟩y^@');
  });

  test('a carriage return at the end is not drawn', () => {
    expect(displayPieces('ab\r', [], whole)).toEqual([{ text: 'ab', kind: 'text' }]);
  });

  test('nothing unsafe is ever drawn, and nothing safe is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (body) => {
        const text = displayPieces(body, [], whole)
          .map((piece) => piece.text)
          .join('');
        expect(safeText(text)).toBe(text);
        const kept = body.endsWith('\r') ? body.slice(0, -1) : body;
        expect(text).toBe(safeText(kept.replaceAll('\r\n', '\n')));
      }),
    );
  });
});
