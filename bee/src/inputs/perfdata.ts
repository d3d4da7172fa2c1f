/** One figure of a plugin; thresholds as the plugin wrote them. */
export interface PerformanceValue {
  readonly value: number;
  readonly unit?: string;
  readonly warn?: string;
  readonly crit?: string;
  readonly min?: number;
  readonly max?: number;
}

const ITEM = /(?:'((?:[^']|'')+)'|([^\s=']+))=(-?[\d.,]+)([^\s;\d]*)((?:;[^\s;]*)*)/g;

/**
 * Reads a plugin's performance data: `'label'=value[unit];[warn];[crit];[min];[max]`, separated by blanks
 * (the Monitoring Plugins development guidelines). What does not look so is left out.
 */
export function readPerfdata(text: string): Record<string, PerformanceValue> {
  const figures: [string, PerformanceValue][] = [];
  for (const [, quoted, plain, number = '', unit = '', rest = ''] of text.matchAll(ITEM)) {
    const value = Number(number.replace(',', '.'));
    if (Number.isNaN(value)) continue;
    const [, warn = '', crit = '', min = '', max = ''] = rest.split(';');
    figures.push([
      quoted?.replaceAll("''", "'") ?? plain ?? '',
      {
        value,
        ...(unit === '' ? {} : { unit }),
        ...(warn === '' ? {} : { warn }),
        ...(crit === '' ? {} : { crit }),
        ...(min === '' ? {} : { min: Number(min) }),
        ...(max === '' ? {} : { max: Number(max) }),
      },
    ]);
  }
  // A label may be `__proto__`.
  return Object.fromEntries(figures);
}
