/**
 * Ways to write a time whose text follows from the time alone. Where formatting a row's time gives the
 * same bytes, the chunk keeps the layout in place of the text; any other text is kept as it is.
 */
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const WEEKDAYS = 'SunMonTueWedThuFriSat';
const DAY_MS = 86_400_000;

/**
 * By number, which chunks keep: never change one, only add. `Y` year, `y` its last two digits, `M` month,
 * `B` its name, `D` day, `d` the same with a blank in front, `W` weekday, `h` `m` `s` `f` hour, minute,
 * second, milliseconds, `E` seconds and `e` milliseconds since 1970; the rest stands for itself.
 */
export const STAMP_LAYOUTS: readonly string[] = [
  'YYYY-MM-DD hh:mm:ss',
  'YYYY-MM-DDThh:mm:ss',
  'YYYY-MM-DDThh:mm:ssZ',
  'YYYY-MM-DD hh:mm:ss,fff',
  'YYYY-MM-DD hh:mm:ss.fff',
  'YYYY-MM-DDThh:mm:ss.fff',
  'YYYY-MM-DDThh:mm:ss.fffZ',
  'YYYY-MM-DDThh:mm:ss,fff',
  'BBB dd hh:mm:ss',
  'WWW BBB DD hh:mm:ss YYYY',
  'DD/BBB/YYYY:hh:mm:ss',
  'EEEEEEEEEE',
  'eeeeeeeeeeeee',
  'MM-DD hh:mm:ss.fff',
  'yyMMDD hhmmss',
  'yy/MM/DD hh:mm:ss',
  'YYYY/MM/DD hh:mm:ss',
  'WWW BBB dd hh:mm:ss YYYY',
];

/** One layout, ready to print and to compare. Keeps the last day's text. */
export class StampLayout {
  readonly length: number;
  readonly #pattern: string;
  readonly #epoch: 'E' | 'e' | undefined;
  readonly #text: Uint8Array;
  readonly #hour: number;
  readonly #minute: number;
  readonly #second: number;
  readonly #fraction: number;
  #day = Number.NaN;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.length = pattern.length;
    this.#text = new Uint8Array(pattern.length);
    this.#epoch = pattern[0] === 'E' || pattern[0] === 'e' ? pattern[0] : undefined;
    this.#hour = pattern.indexOf('hh');
    this.#minute = pattern.indexOf('mm');
    this.#second = pattern.indexOf('ss');
    this.#fraction = pattern.indexOf('fff');
  }

  /** The text of a time that was shifted to the zone that it is written in; valid until the next call. */
  format(timeMs: number): Uint8Array {
    const text = this.#text;
    if (this.#epoch !== undefined) {
      let rest = this.#epoch === 'E' ? Math.floor(timeMs / 1000) : timeMs;
      for (let at = text.length - 1; at >= 0; at--) {
        text[at] = 48 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
      return text;
    }
    const day = Math.floor(timeMs / DAY_MS);
    if (day !== this.#day) this.#formatDay(day);
    const ofDay = timeMs - day * DAY_MS;
    const seconds = (ofDay / 1000) | 0;
    const minutes = (seconds / 60) | 0;
    const hours = (minutes / 60) | 0;
    this.#two(this.#hour, hours);
    this.#two(this.#minute, minutes - hours * 60);
    this.#two(this.#second, seconds - minutes * 60);
    if (this.#fraction >= 0) {
      const fraction = ofDay - seconds * 1000;
      text[this.#fraction] = 48 + ((fraction / 100) | 0);
      this.#two(this.#fraction + 1, (fraction % 100) | 0);
    }
    return text;
  }

  /** True if the bytes at a place are exactly the text of the time. */
  isAt(bytes: Uint8Array, at: number, end: number, timeMs: number): boolean {
    if (at < 0 || at + this.length > end) return false;
    const text = this.format(timeMs);
    for (let index = 0; index < text.length; index++) {
      if (bytes[at + index] !== text[index]) return false;
    }
    return true;
  }

  /**
   * How far the text at a place is ahead of the row's time, ms: the zone that it is written in. Undefined
   * when it is no such text; a guess that {@link isAt} has to confirm.
   */
  shiftAt(bytes: Uint8Array, at: number, timeMs: number): number | undefined {
    if (this.#epoch !== undefined) return 0;
    const number = (letter: string) => {
      let value = 0;
      const from = this.#pattern.indexOf(letter);
      if (from < 0) return -1;
      for (let index = from; this.#pattern[index] === letter; index++) {
        const byte = bytes[at + index] ?? 0;
        value = value * 10 + (byte === 0x20 ? 0 : byte - 48);
      }
      return value;
    };
    const ofDay = (number('h') * 60 + number('m')) * 60 + number('s');
    const dayMs = ((timeMs % DAY_MS) + DAY_MS) % DAY_MS;
    let shift = ofDay * 1000 - Math.floor(dayMs / 1000) * 1000;
    const dayOfMonth = Math.max(number('D'), number('d'));
    for (const whole of [0, DAY_MS, -DAY_MS]) {
      if (new Date(timeMs + shift + whole).getUTCDate() !== dayOfMonth) continue;
      shift += whole;
      return shift % 60_000 === 0 && Math.abs(shift) <= DAY_MS ? shift : undefined;
    }
    return undefined;
  }

  #two(at: number, value: number): void {
    const tens = (value / 10) | 0;
    this.#text[at] = 48 + tens;
    this.#text[at + 1] = 48 + value - tens * 10;
  }

  #formatDay(day: number): void {
    this.#day = day;
    const date = new Date(day * DAY_MS);
    const fields: Readonly<Record<string, string>> = {
      Y: String(date.getUTCFullYear()).padStart(4, '0'),
      y: String(date.getUTCFullYear() % 100).padStart(2, '0'),
      M: String(date.getUTCMonth() + 1).padStart(2, '0'),
      B: MONTHS.slice(date.getUTCMonth() * 3, date.getUTCMonth() * 3 + 3),
      D: String(date.getUTCDate()).padStart(2, '0'),
      d: String(date.getUTCDate()).padStart(2, ' '),
      W: WEEKDAYS.slice(date.getUTCDay() * 3, date.getUTCDay() * 3 + 3),
    };
    const begun = new Map<string, number>();
    for (const [index, letter] of [...this.#pattern].entries()) {
      const field = fields[letter];
      const nth = begun.get(letter) ?? 0;
      begun.set(letter, nth + 1);
      this.#text[index] = (field?.[nth] ?? letter).charCodeAt(0);
    }
  }
}

/** All layouts, each with memory of its own. */
export function createStampLayouts(): StampLayout[] {
  return STAMP_LAYOUTS.map((pattern) => new StampLayout(pattern));
}
