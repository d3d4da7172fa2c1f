/**
 * Log lines like those of real systems: sample lines cut into literal text, time stamps and variables. A
 * system's lines come in the order of its sample; times advance, numbers, hex ids and addresses vary.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_SAMPLES } from './built-in-samples.ts';
import type { Random } from './random.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

/** A moment in parts, UTC. */
export interface Moment {
  readonly ms: number;
  readonly iso: string;
  readonly year: string;
  readonly month: string;
  readonly monthName: string;
  readonly day: string;
  readonly weekday: string;
  readonly clock: string;
  readonly fraction: string;
}

/** The parts of a time. */
export function momentOf(ms: number): Moment {
  const date = new Date(ms);
  const iso = date.toISOString();
  return {
    ...{ ms, iso, year: iso.slice(0, 4), month: iso.slice(5, 7), day: iso.slice(8, 10) },
    monthName: MONTHS[date.getUTCMonth()] ?? '',
    weekday: DAYS[date.getUTCDay()] ?? '',
    clock: iso.slice(11, 19),
    fraction: iso.slice(20, 23),
  };
}

type Print = (moment: Moment) => string;

const dateOf = (at: Moment) => `${at.year}-${at.month}-${at.day}`;
/** How each kind of time stamp is found in a sample line, and printed anew. */
const STAMPS: readonly (readonly [RegExp, Print])[] = [
  [
    /\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d\.\d{6}/,
    (at) => `${dateOf(at)}-${at.clock.replaceAll(':', '.')}.${at.fraction}${at.fraction}`,
  ],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/, (at) => `${dateOf(at)} ${at.clock},${at.fraction}`],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/, (at) => `${dateOf(at)} ${at.clock}.${at.fraction}`],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, (at) => `${dateOf(at)} ${at.clock}`],
  [
    /^\[\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4}\]/,
    (at) => `[${at.weekday} ${at.monthName} ${at.day} ${at.clock} ${at.year}]`,
  ],
  [
    /^\d{6} \d{6}/,
    (at) => `${dateOf(at).replaceAll('-', '').slice(2)} ${at.clock.replaceAll(':', '')}`,
  ],
  [
    /^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d/,
    (at) => `${dateOf(at).replaceAll('-', '/').slice(2)} ${at.clock}`,
  ],
  [
    /(?<![\w:])[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d/,
    (at) => `${at.monthName} ${String(Number(at.day)).padStart(2)} ${at.clock}`,
  ],
  [/\b1\d{9}\b/, (at) => String(Math.floor(at.ms / 1000))],
  [/\b\d{4}\.\d\d\.\d\d\b/, (at) => dateOf(at).replaceAll('-', '.')],
];
const VARIABLE =
  /\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![A-Za-z0-9])(?=[0-9a-f]*\d)[0-9a-f]{6,}(?![A-Za-z0-9])|\d{2,}/g;
/** A token in more than this share of a sample's lines is no variable; short ones less. */
const CONSTANT_SHARE = 0.05;
const CONSTANT_SHARE_SHORT = 0.01;

type Part = string | { readonly print: Print } | { readonly token: string };

/** A system's lines, cut into parts. */
export interface SampleSystem {
  readonly name: string;
  readonly lines: readonly (readonly Part[])[];
}

/** The systems of a folder of `SYSTEM/SYSTEM_2k.log`, or built-in ones. */
export function readSamples(folder: string | undefined): SampleSystem[] {
  if (folder === undefined) {
    return BUILT_IN_SAMPLES.map(({ name, lines }) => ({ name, lines: cutAll(lines) }));
  }
  const fileOf = (name: string) => join(folder, name, `${name}_2k.log`);
  const names = readdirSync(folder).filter((name) => existsSync(fileOf(name)));
  return names.sort().map((name) => {
    const text = readFileSync(fileOf(name), 'latin1').replaceAll('\r', '');
    const lines = text.split('\n').filter((line) => line !== '');
    // OpenStack's lines begin with the name of a file that was merged.
    const own = name === 'OpenStack' ? lines.map((line) => line.replace(/^\S+ /, '')) : lines;
    return { name, lines: cutAll(own) };
  });
}

function cutAll(lines: readonly string[]): Part[][] {
  const counts = new Map<string, number>();
  for (const line of lines) {
    for (const [token] of line.matchAll(VARIABLE)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  const isVariable = (token: string) => {
    const share = (counts.get(token) ?? 0) / lines.length;
    return share <= (token.length <= 5 ? CONSTANT_SHARE_SHORT : CONSTANT_SHARE);
  };
  return lines.map((line) => cut(line, isVariable));
}

function cut(line: string, isVariable: (token: string) => boolean): Part[] {
  const marks: { readonly at: number; readonly length: number; readonly part: Part }[] = [];
  let rest = line;
  for (const [pattern, print] of STAMPS) {
    const found = pattern.exec(rest);
    if (!found) continue;
    const [{ length }] = found;
    marks.push({ at: found.index, length, part: { print } });
    rest = rest.slice(0, found.index) + '\x01'.repeat(length) + rest.slice(found.index + length);
  }
  for (const found of rest.matchAll(VARIABLE)) {
    const [token] = found;
    if (isVariable(token)) marks.push({ at: found.index, length: token.length, part: { token } });
  }
  marks.sort((a, b) => a.at - b.at);
  const parts: Part[] = [];
  let from = 0;
  for (const { at, length, part } of marks) {
    parts.push(line.slice(from, at), part);
    from = at + length;
  }
  parts.push(line.slice(from));
  return parts;
}

/** Lines of one system on one host; a value stays the same for a run of lines, as ids do. */
export function sampleStream({ lines }: SampleSystem, random: Random): (at: Moment) => string {
  let position = random.below(lines.length);
  let left = 0;
  let values = new Map<string, string>();
  const variable = (token: string) => {
    const known = values.get(token);
    if (known !== undefined) return known;
    const value = vary(token, random);
    values.set(token, value);
    return value;
  };
  return (at) => {
    if (left-- <= 0) {
      left = 15 + random.below(50);
      position = random.below(lines.length);
      values = new Map();
    }
    position = (position + 1) % lines.length;
    let line = '';
    for (const part of lines[position] ?? []) {
      if (typeof part === 'string') line += part;
      else line += 'print' in part ? part.print(at) : variable(part.token);
    }
    return line;
  };
}

function vary(token: string, random: Random): string {
  if (token.includes('.')) return random.address();
  return /[a-f]/.test(token) ? random.hex(token.length) : random.digits(token.length);
}
