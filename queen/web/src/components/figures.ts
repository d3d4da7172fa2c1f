const WHOLE = new Intl.NumberFormat('en-US');
const DECIMAL = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** `48,363` */
export function wholeNumber(value: number): string {
  return WHOLE.format(value);
}

/** `1 line`, `48,363 lines` */
export function countOf(value: number, noun: string): string {
  return `${wholeNumber(value)} ${noun}${value === 1 ? '' : 's'}`;
}

const SIGNIFICANT = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

/** `0.0125`, `-1.5`, `1,235`: at most four digits that count. */
export function significantNumber(value: number): string {
  return SIGNIFICANT.format(value);
}

const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `812 bytes`, `2.3 GB`: powers of 1,000. */
export function byteSize(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${DECIMAL.format(bytes / 1000 ** power)} ${BYTE_UNITS[power]}`;
}

/** `241 M`: a count that needs no more than three digits. */
export function roundNumber(value: number): string {
  if (value < 1e6) return wholeNumber(Math.round(value));
  return value < 1e9 ? `${DECIMAL.format(value / 1e6)} M` : `${DECIMAL.format(value / 1e9)} G`;
}

/** `0`, `7.5`, `1,204`: a rate, with a tenth where that is much of it. */
export function rateText(perSecond: number): string {
  if (perSecond === 0) return '0';
  return perSecond < 10 ? perSecond.toFixed(1) : wholeNumber(Math.round(perSecond));
}
