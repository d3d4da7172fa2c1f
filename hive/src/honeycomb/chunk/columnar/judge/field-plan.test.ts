import { extractFieldValues } from '@apiary/common/query/fields.ts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createStampLayouts, STAMP_LAYOUTS } from '../stamp-layouts.ts';
import { planField } from './field-plan.ts';
import type { Piece } from './template-pieces.ts';

const STAMP = '\x01';
const SLOT = '\x02';
const FIRST_SLOT = 700;
const layouts = createStampLayouts();

function piecesOf(template: string, layout: number): Piece[] {
  const texts = template.split(new RegExp(`(?<=[${STAMP}${SLOT}])|(?=[${STAMP}${SLOT}])`));
  const pieces: Piece[] = [];
  let [text, slot] = ['', FIRST_SLOT];
  const put = (follows: Piece['follows']) => {
    pieces.push({ text: Buffer.from(text), follows, slot, mask: 0, layout });
    text = '';
    if (follows === 'value') slot++;
  };
  for (const one of texts) {
    if (one === SLOT) put('value');
    else if (one === STAMP) put('stamp');
    else text = one;
  }
  put('end');
  return pieces;
}

/** The field's values as the plan says, for rows with such values in their slots. */
function planned(pieces: readonly Piece[], name: string, values: readonly string[]) {
  const plan = planField(pieces, name);
  return plan?.map((parts) =>
    parts
      .map((part) => (typeof part === 'string' ? part : (values[part - FIRST_SLOT] ?? '?')))
      .join(''),
  );
}

const token = fc.constantFrom(
  ...[
    SLOT,
    SLOT,
    SLOT,
    '"',
    '"',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    ' ',
    '=',
    '\\',
    '.',
    'a',
    'b',
    'qz',
  ],
  ...[
    '"a":',
    '"b":',
    '"a":{"b":',
    '{"a":',
    `"a":"${SLOT}"`,
    `"b":${SLOT}`,
    `"a":"x ${SLOT}.`,
    'null',
  ],
  ...['7', 'a.b', ' a=', `b=${SLOT}`, '\n', '"t":"', STAMP],
);
const template = fc
  .tuple(
    fc.constantFrom('', '{"a":"', `{"t":"${STAMP}",`, '{"a":{"b":"', `${SLOT} {"b":`),
    fc.array(token, { maxLength: 12 }),
  )
  .map(([head, tokens]) => head + tokens.join(''))
  .filter((text) => text.split(STAMP).length <= 2);
const value = fc.constantFrom('a', 'b', '7', '500', 'x9', 'nul', 'qzaaaaaa', '_', 'a_b', 'T', '00');

test('A plan gives what is found in the line, whatever the values and the time.', () => {
  let plans = 0;
  fc.assert(
    fc.property(
      template,
      fc.array(value, { minLength: 20, maxLength: 20 }),
      fc.nat({ max: STAMP_LAYOUTS.length - 1 }),
      fc.integer({ min: 0, max: 2_000_000_000 }),
      fc.constantFrom('a', 'b', 'a.b', 't', 'qz'),
      (text, values, layout, seconds, name) => {
        const found = planned(piecesOf(text, layout), name, values);
        if (!found) return;
        plans++;
        let next = 0;
        const line = text
          .replaceAll(SLOT, () => values[next++] ?? '?')
          .replaceAll(STAMP, () =>
            Buffer.from(layouts[layout]?.format(seconds * 1000) ?? []).toString('latin1'),
          );
        expect({ line, name, found }).toEqual({
          line,
          name,
          found: [...extractFieldValues(line, name)],
        });
      },
    ),
    { numRuns: 5000 },
  );
  expect(plans).toBeGreaterThan(500);
});

test('Lines of JSON have plans, what depends on a value has none.', () => {
  const planOf = (text: string, name: string) => planField(piecesOf(text, 6), name);
  const line = `{"time":"${STAMP}","user":"${SLOT}@example.com","http":{"status":${SLOT}},"l":"info"}`;
  expect(planOf(line, 'user')).toEqual([[FIRST_SLOT, '@example.com']]);
  expect(planOf(line, 'http.status')).toEqual([[FIRST_SLOT + 1]]);
  expect(planOf(line, 'l')).toEqual([['info']]);
  expect(planOf(line, 'status')).toEqual([]);
  expect(planOf(line, 'time')).toBeUndefined();
  expect(planOf(`{"${SLOT}":1}`, 'a')).toBeUndefined();
  expect(planOf(`{"a":"x\\${SLOT}"}`, 'a')).toBeUndefined();
  expect(planOf(`user=${SLOT}`, 'user')).toBeUndefined();
});
