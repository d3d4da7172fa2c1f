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

  test("a terminal's colours become classes, and their sequences are left out", () => {
    const body =
      '\u001b[1;31mERROR\u001b[0m disk \u001b[38;5;12mfull\u001b[39m \u001b]0;title\u0007';
    const pieces = displayPieces(
      body,
      [{ from: body.indexOf('full'), to: body.indexOf('full') + 4 }],
      whole,
    );
    expect(pieces).toEqual([
      { text: 'ERROR', kind: 'text', ansi: 'ap-ansi-1 ap-ansi-bold' },
      { text: ' disk ', kind: 'text' },
      { text: 'full', kind: 'mark', ansi: 'ap-ansi-4' },
      { text: ' ', kind: 'text' },
      { text: '^[', kind: 'symbol' },
      { text: ']', kind: 'text' },
      { text: '0', kind: 'value' },
      { text: ';title', kind: 'text' },
      { text: '^G', kind: 'symbol' },
    ]);
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
        const sequence = new RegExp(`${'\u001b'}\\[[\\d;]{0,64}m`, 'g');
        const plain = kept.replace(sequence, '');
        expect(text).toBe(safeText(plain.replaceAll('\r\n', '\n')));
      }),
    );
  });
});
