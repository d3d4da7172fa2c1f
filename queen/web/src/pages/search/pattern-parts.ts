/** A pattern's text in parts to draw; of a JSON object, its message first and then its other members. */
import type { Pattern } from '@apiary/common/messages/analysis.ts';
import { SLOT } from '@apiary/common/query/line-pattern.ts';

/** A stretch of a pattern: literal text, or a slot with its name. */
export interface PatternPart {
  readonly text: string;
  readonly slot: string | undefined;
  /** It is not what the line says, but what stands beside it. */
  readonly isAside?: true;
}

type Shown = Pick<Pattern, 'text' | 'slots'>;

/** Members that say what happened, the likeliest first. */
const MESSAGES = ['msg', 'message', 'event', 'log', 'text'];
const UNNAMED = '…';
/** A slot while its text is read as JSON: the private character, and one more for its number. */
const MARK = '\ue000';
const NUMBERS = 0xe100;
const SLOTS_MAX = 0xf800 - NUMBERS;

/** The parts in the order in which they are read. */
export function patternParts(pattern: Shown): PatternPart[] {
  const names = pattern.slots.map(({ name }) => name);
  return objectParts(pattern.text, names) ?? textParts(pattern.text, names);
}

function textParts(text: string, names: readonly (string | undefined)[]): PatternPart[] {
  return text.split(SLOT).flatMap((literal, index) => {
    const before = index === 0 ? [] : [{ text: SLOT, slot: names[index - 1] ?? UNNAMED }];
    return literal === '' ? before : [...before, { text: literal, slot: undefined }];
  });
}

function objectParts(
  text: string,
  names: readonly (string | undefined)[],
): PatternPart[] | undefined {
  const members = membersOf(text);
  const message = members && MESSAGES.find((name) => typeof members[name] === 'string');
  if (!members || message === undefined) return undefined;
  const parts = (value: string): PatternPart[] => {
    const own: (string | undefined)[] = [];
    const slotted = value.replace(/\ue000(.)/g, (_, number: string) => {
      own.push(names[number.charCodeAt(0) - NUMBERS]);
      return SLOT;
    });
    return textParts(slotted, own);
  };
  const beside = Object.entries(members)
    .filter(([name]) => name !== message)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])
    .toSorted(([, one = ''], [, other = '']) => Number(isSlot(one)) - Number(isSlot(other)));
  const asides = beside.flatMap(([name = '', value = '']) =>
    parts(isSlot(value) ? `  ${value}` : `  ${name}=${value}`),
  );
  return [
    ...parts(String(members[message])),
    ...asides.map((part) => ({ ...part, isAside: true as const })),
  ];
}

/** The members of a text that is a JSON object but for its slots, whose numbers stand in their place. */
function membersOf(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{') || text.includes(MARK)) return undefined;
  const pieces = text.split(SLOT);
  if (pieces.length > SLOTS_MAX) return undefined;
  let inText = false;
  let json = '';
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) {
      const slot = MARK + String.fromCharCode(NUMBERS + index - 1);
      json += inText ? slot : `"${slot}"`;
    }
    json += piece;
    const quotes = piece.replace(/\\./g, '').split('"').length - 1;
    if (quotes % 2 === 1) inText = !inText;
  }
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

const isSlot = (value: string) => value.length === 2 && value.startsWith(MARK);
