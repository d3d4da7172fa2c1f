import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import {
  parseSettings,
  type SettingsShape,
  settingsHelp,
  switchSchema,
} from '@apiary/common/config.ts';
import { z } from 'zod';
import type { Bench, BenchRow } from '../../test/bench/bench.ts';
import { CORPUS_KINDS, type CorpusKind } from '../../test/bench/honeycomb/corpus.ts';
import { BENCHES } from '../../test/bench/index.ts';
import type { CommandIo } from '../command.ts';
import { projectRoot } from '../data-folder.ts';
import { performancePage } from '../performance-page.ts';

const PAGE = join(projectRoot, 'docs/reference/performance.md');
/** Past it the corpus and its two stores fill most disks. */
const GB_MAX = 100;

const shape = {
  json: { schema: switchSchema, help: 'one JSON document on stdout' },
  write: { schema: switchSchema, help: 'writes the figures into docs/reference/performance.md' },
  short: { schema: switchSchema, help: 'a run of under a minute' },
  samples: {
    schema: z.string().optional(),
    value: 'DIR',
    help: 'folder with real sample logs',
    defaultText: '../shared/data/loghub, else built-in synthetic ones',
  },
  corpus: {
    schema: z.enum(CORPUS_KINDS).optional(),
    value: CORPUS_KINDS.join('|'),
    help: 'which corpus, for `honeycomb`',
    defaultText: 'loghub',
  },
  gb: {
    schema: z.coerce.number().positive().max(GB_MAX).optional(),
    value: 'N',
    help: 'its size in GB',
    defaultText: '0.1',
  },
  keep: {
    schema: z.string().optional(),
    value: 'DIR',
    help: 'keeps what `honeycomb` and `growth` make first there, and takes it from there the next time',
    defaultText: 'none: they are made anew',
  },
} as const satisfies SettingsShape;

/** A benchmark's result as `--json` prints it and as the docs keep it. */
export interface BenchResult {
  readonly name: string;
  readonly summary: string;
  /** What it was called with and decides about figures, such as `--gb 1`; absent in older results. */
  readonly options?: readonly string[];
  readonly machine: string;
  readonly date: string;
  readonly rows: readonly BenchRow[];
}

/** `./apiary bench [name …]`: all of them without a name. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    const names = BENCHES.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`).join('\n');
    io.stdout.write(`./apiary bench [name …]\n${names}\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const unknown = words.find((word) => !BENCHES.some(({ name }) => name === word));
  if (unknown) {
    io.stderr.write(`apiary bench: there is no benchmark ${unknown}; --help lists them\n`);
    return 2;
  }
  const chosen = words.length === 0 ? BENCHES : BENCHES.filter(({ name }) => words.includes(name));
  const results: BenchResult[] = [];
  for (const bench of chosen) {
    const result = await measure(bench, settings, io);
    results.push(result);
    if (!settings.json) io.stdout.write(`${table(result)}\n`);
    if (settings.write) keep(result);
  }
  if (settings.json) {
    io.stdout.write(`${JSON.stringify(results.length === 1 ? results[0] : results)}\n`);
  }
  if (settings.write) writeFileSync(PAGE, performancePage());
  return results.every(({ rows }) => rows.every(({ ok }) => ok !== false)) ? 0 : 1;
}

interface BenchSettings {
  readonly short: boolean;
  readonly samples?: string | undefined;
  readonly corpus?: CorpusKind | undefined;
  readonly gb?: number | undefined;
  readonly keep?: string | undefined;
}

async function measure(bench: Bench, settings: BenchSettings, io: CommandIo): Promise<BenchResult> {
  const real = join(projectRoot, '../shared/data/loghub');
  const rows = await bench.run({
    short: settings.short,
    samples: settings.samples ?? (existsSync(real) ? real : undefined),
    corpus: settings.corpus,
    gb: settings.gb,
    keep: settings.keep,
    report: (line) => io.stderr.write(`${line}\n`),
    signal: io.signal,
  });
  return {
    name: bench.name,
    summary: bench.summary,
    options: optionsOf(settings),
    machine: machineName(),
    date: new Date().toISOString().slice(0, 10),
    rows,
  };
}

function optionsOf({
  short,
  corpus,
  gb,
}: Pick<BenchSettings, 'short' | 'corpus' | 'gb'>): string[] {
  return [
    ...(short ? ['--short'] : []),
    ...(corpus === undefined ? [] : ['--corpus', corpus]),
    ...(gb === undefined ? [] : ['--gb', `${gb}`]),
  ];
}

function machineName(): string {
  const model = /model name\s*:\s*(.+)/.exec(
    existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '',
  )?.[1];
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores${model ? ` of ${model}` : ''}, ${memory} GiB, Node ${process.version}`;
}

function keep(result: BenchResult): void {
  const file = join(projectRoot, 'docs/reference/performance', `${result.name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
}

/** The rows as columns of text. */
function table(result: BenchResult): string {
  const cells = result.rows.map((row) => [
    row.name,
    `${row.value} ${row.unit}`,
    row.reference === undefined ? '' : `${row.reference} ${row.unit}`,
    row.goal ?? '',
    row.ok === undefined ? '' : row.ok ? 'ok' : 'MISSED',
  ]);
  const head = [result.name, 'value', 'reference', 'goal', ''];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), ...cells.map(line), result.machine, ''].join('\n');
}
