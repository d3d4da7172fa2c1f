const WHOLE = new Intl.NumberFormat('en-US');

/** `48,363` */
export function wholeNumber(value: number): string {
  return WHOLE.format(value);
}

/** `1 line`, `48,363 lines` */
export function countOf(value: number, noun: string): string {
  return `${wholeNumber(value)} ${noun}${value === 1 ? '' : 's'}`;
}
