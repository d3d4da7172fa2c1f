/** Text on a terminal. Log text is hostile: nothing in it may steer the terminal. */

/** Bidirectional marks and invisible separators, which can make a line read as another. */
const MISLEADING = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
/** C0 without the tab, delete, and C1. */
const CONTROL = /[^\P{Cc}\t]/gu;

/**
 * Shows control characters as symbols (`␛`), C1 ones and misleading marks by their number. Tabs
 * stay; a carriage return at the end goes.
 */
export function printable(text: string): string {
  return text.replace(/\r$/, '').replace(CONTROL, controlSymbol).replace(MISLEADING, codePoint);
}

function controlSymbol(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : codePoint(character);
}

function codePoint(character: string): string {
  return `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** Colours by name, as SGR parameters. */
const SGR = {
  dim: '2',
  green: '32',
  yellow: '33',
  red: '31',
  bold: '1',
  inverse: '1;31;7',
} as const;

/** A name of a colour. */
export type Colour = keyof typeof SGR;

/** Colours text, if there is a terminal to see it. */
export function coloured(text: string, colour: Colour, isOn: boolean): string {
  return isOn ? `\u001b[${SGR[colour]}m${text}\u001b[0m` : text;
}

/** Colours are for a terminal whose user did not decline them (no-color.org). */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** Rows in columns, two spaces apart. The first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of clean) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return `${clean.map(line).join('\n')}\n`;
}

/** A moment as `2026-11-20 14:02:31`, in the terminal's zone. */
export function dayAndTime(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}
