import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeMessage } from '../testing/notifications.ts';
import { pushContent } from './push-content.ts';
import { cut, linesOf, oneLine, titleOf, withoutControls } from './text.ts';

const line = (text: string) => ({ time: 0, host: 'h', id: 'a:0', text, matching: true });
const unicode = fc.string({ unit: 'binary', maxLength: 3000 });

describe('texts of messages', () => {
  test('say what happened first', () => {
    expect(titleOf(makeMessage({ kind: 'resolved' }), 100)).toBe('Resolved: Disk full on web-1');
    expect(titleOf(makeMessage({ title: 'a\r\nBcc: x' }), 100)).toBe('Firing: a Bcc: x');
  });

  test('are cut without halving a character', () => {
    expect(cut('ab😀cd', 4)).toBe('ab…');
    expect(cut('short', 5)).toBe('short');
  });

  test('hold no control characters, whatever comes', () => {
    fc.assert(
      fc.property(unicode, (text) => {
        expect(oneLine(text)).not.toMatch(/\p{Cc}/u);
        expect(withoutControls(text)).not.toMatch(/[^\P{Cc}\t\n]/u);
      }),
    );
  });

  test('tell how many lines are left out', () => {
    const many = Array.from({ length: 50 }, (_, i) => line(`${i} ${'x'.repeat(100)}`));
    const text = linesOf(many, 1000);
    expect(text.length).toBeLessThan(1100);
    expect(text).toMatch(/… and \d+ more lines$/);
    expect(linesOf([line('only')], 1000)).toBe('1970-01-01T00:00:00.000 h only');
  });

  test('a push stays within its bytes, whatever script it is written in', () => {
    fc.assert(
      fc.property(unicode, unicode, (title, text) => {
        const message = makeMessage({ title: title.slice(0, 256), text, lines: [line(text)] });
        const content = pushContent(message, 3000);
        return Buffer.byteLength(JSON.stringify(content)) <= 3000;
      }),
    );
  });
});
