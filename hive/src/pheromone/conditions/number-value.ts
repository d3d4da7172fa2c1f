/** A number as lines write it, a unit behind it left aside: `12`, `-0.5`, `1e3`, `120ms`, `99%`. */
const NUMBER = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(?:[a-zµ%]{0,4})\s*$/i;

/** The number that a field's text is; NaN for what is none. */
export function numberOf(text: string): number {
  return Number(NUMBER.exec(text)?.[1] ?? Number.NaN);
}

/** A side of a bound, as rules name it. */
export interface Bound {
  readonly direction: 'above' | 'below';
  readonly value: number;
}

/** True if a value is on that side; never for NaN, never for the bound itself. */
export function isBeyond(value: number, { direction, value: bound }: Bound): boolean {
  return direction === 'above' ? value > bound : value < bound;
}
