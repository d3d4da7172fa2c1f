/** A small generator with a seed, so that a failing run can be made again, and what is drawn from it. */

const JUNK: readonly string[] = [
  '',
  '\0',
  '\u202e',
  '../../../etc/passwd',
  '{"$gt":""}',
  '__proto__',
  '<script>alert(1)</script>',
  '%00%ff',
  '9'.repeat(400),
  'a'.repeat(20_000),
  '\ud800',
  '"; DROP TABLE records; --',
];

/** See the file's head. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 to `bound` − 1. */
  below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * bound);
  }

  /** One of a list that is not empty. */
  one<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)];
    if (chosen === undefined) throw new Error('an empty list has nothing to choose from');
    return chosen;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** A copy with bytes changed, cut, doubled, or put in; the first `keep` bytes stay. */
  spoil(bytes: Buffer, keep = 0): Buffer {
    let spoilt = Buffer.from(bytes);
    for (let change = this.below(4); change >= 0 && spoilt.length > keep; change -= 1) {
      const at = keep + this.below(spoilt.length - keep);
      const way = this.below(8);
      if (way < 5) spoilt[at] = this.below(256);
      else if (way === 5) spoilt = spoilt.subarray(0, at);
      else {
        const put = way === 6 ? this.bytes(1 + this.below(64)) : spoilt.subarray(at, at + 200);
        spoilt = Buffer.concat([spoilt.subarray(0, at), put, spoilt.subarray(at)]);
      }
    }
    return spoilt;
  }

  /** JSON that nobody expects: a value of any type, nested at times. */
  json(depth = 3): unknown {
    switch (this.below(depth > 0 ? 8 : 6)) {
      case 0:
        return null;
      case 1:
        return this.one([0, -1, 1.5, 1e308, 2 ** 53, this.below(1_000_000)]);
      case 2:
        return this.below(2) === 0;
      case 3:
      case 4:
        return this.one(JUNK);
      case 5:
        return this.bytes(this.below(40)).toString('latin1');
      case 6:
        return Array.from({ length: this.below(6) }, () => this.json(depth - 1));
      default:
        return Object.fromEntries(
          Array.from({ length: this.below(6) }, () => [this.one(JUNK), this.json(depth - 1)]),
        );
    }
  }

  /** A value of good JSON with some of its parts replaced by {@link Random.json}. */
  spoilJson(value: unknown): unknown {
    if (this.below(6) === 0) return this.json();
    if (Array.isArray(value)) return value.map((each) => this.spoilJson(each));
    if (value !== null && typeof value === 'object') {
      const entries = Object.entries(value).map(([key, each]) => [key, this.spoilJson(each)]);
      if (this.below(4) === 0) entries.push([this.one(JUNK), this.json()]);
      return Object.fromEntries(entries);
    }
    return value;
  }
}
