/** Sizes as people write and read them, in powers of 1000: `50G`, `1.2 TB`. */
import { z } from 'zod';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const PATTERN = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)b?$/i;

/** Reads `50G`, `500MB`, `1.5t` or bytes. */
export const byteSizeSchema = z.string().transform((text, context) => {
  const [, number, prefix = ''] = PATTERN.exec(text.trim()) ?? [];
  if (number === undefined) {
    context.addIssue({ code: 'custom', message: 'expected a size such as 50G or 500M' });
    return z.NEVER;
  }
  return Math.round(Number(number) * 1000 ** ' kmgtp'.indexOf(prefix.toLowerCase() || ' '));
});

/** Writes bytes with three digits at most: `1.23 GB`. */
export function byteSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}
