import { recogniseLevel } from '@apiary/common/query/level.ts';
import { LEVELS } from '@apiary/common/record.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TemplateLevels } from './level-words.ts';
import { LONG } from './value-columns.ts';
import { SLOT_MARK } from './words.ts';

const SLOT = String.fromCharCode(SLOT_MARK);

/** Literal text and variables: enough of them that a level is at times near where the search ends. */
const part = fc.oneof(
  { weight: 4, arbitrary: fc.constant(SLOT) },
  fc.constantFrom('INFO', 'ERROR-', '[error]', 'error:', 'WARN', 'INFORMATIONAL', 'E'),
  fc.constantFrom('level=', 'priority', '"level":', '<', '[', 'x'.repeat(90), 'word', 'é'),
);
const value = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((width) => 'v7'.repeat(width)),
  fc.constantFrom('7', '30', 'E1120', 'x'.repeat(250).concat('1')),
);
const template = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(' '));

describe('the level of a template', () => {
  test('is that of each of its rows where it does not vary', () => {
    let [constant, varying] = [0, 0];
    const known = new TemplateLevels();
    fc.assert(
      fc.property(
        template,
        fc.array(fc.array(value, { minLength: 12, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        (text, rows) => {
          const slots = text.split(SLOT).length - 1;
          const longest = Uint8Array.from({ length: slots }, (_, slot) =>
            Math.min(LONG, Math.max(...rows.map((values) => values[slot]?.length ?? 0))),
          );
          const levels = rows.map((values) => {
            let slot = 0;
            return recogniseLevel(text.replaceAll(SLOT, () => values[slot++] ?? ''));
          });
          const codes = levels.map((level) =>
            level === undefined ? 0 : 1 + LEVELS.indexOf(level),
          );
          const facts = { longest, hasLevelWord: false, stampBytes: 0 };
          const level = known.of(text, facts, () => codes[0] ?? 0);
          if (level === undefined) varying++;
          else constant++;
          if (level !== undefined) expect(new Set(codes)).toEqual(new Set([level]));
        },
      ),
      { numRuns: 3000 },
    );
    expect(Math.min(constant, varying)).toBeGreaterThan(100);
  });

  test('does not vary with long rows where it stands before what varies much', () => {
    const text = `${SLOT} INFO at ${SLOT} ${'and so on '.repeat(30)}`;
    const facts = { hasLevelWord: false, stampBytes: 0 };
    const known = new TemplateLevels();
    const levelOf = (longest: number[]) =>
      known.of(`at${text}`, { ...facts, longest: Uint8Array.from(longest) }, () => 3);
    expect(levelOf([20, LONG])).toBe(3);
    expect(levelOf([LONG, 20])).toBeUndefined();
  });
});
