/**
 * Honeycomb's engine on a corpus of log files: what ingest costs beside zstd-1, bytes on disk, and how long
 * questions take beside `rg`. «Cold»: sections are decoded anew; «warm»: with the cache that a server keeps. Ingest
 * runs in a process of its own, which is given messages ready-made: CPU time and memory are those of taking them in.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast, atMost, type Bench, type BenchOptions, type BenchRow } from './bench.ts';
import { writeCompacted } from './honeycomb/compacted.ts';
import {
  CORPUS_BEGIN_MS,
  type Corpus,
  type CorpusKind,
  NEEDLE,
  NEEDLES,
  writeCorpus,
} from './honeycomb/corpus.ts';
import { Engine, folderBytes, type Question } from './honeycomb/engine.ts';
import { keptOrMade } from './honeycomb/kept.ts';
import {
  ask,
  type IngestFigures,
  MB,
  msRow,
  ripgrepMs,
  round,
  zstdRate,
} from './honeycomb/measure.ts';
import type { MergeFigures } from './honeycomb/merge-process.ts';
import { writeMessages } from './honeycomb/message-file.ts';
import { messagesOf } from './honeycomb/messages.ts';
import { openChunkMs } from './honeycomb/open-chunk.ts';
import { COMMON, questionsOf, REGEX, REGEX_FACTOR } from './honeycomb/questions.ts';
import { askProcess, extraResidentMb } from './honeycomb/resident.ts';
import { standingRow } from './honeycomb/standing.ts';
import { workersRow } from './honeycomb/workers.ts';

const GB = 1e9;
const GB_DEFAULT = 0.1;
const GB_SHORT = 0.03;
const BUCKETS = 100;

const GOALS: Readonly<Record<CorpusKind, { rate: number; sealed?: number; compacted: number }>> = {
  loghub: { rate: 0.12, sealed: 0.066, compacted: 0.058 },
  json: { rate: 0.07, compacted: 0.26 },
  nginx: { rate: 0.07, compacted: 0.19 },
  text: { rate: 0.07, compacted: 0.44 },
};

interface Run {
  readonly folder: string;
  readonly kind: CorpusKind;
  readonly corpus: Corpus;
  readonly builtIn: boolean;
  readonly report: (line: string) => void;
}

/** `./apiary bench honeycomb`. */
export const honeycombBench: Bench = {
  name: 'honeycomb',
  summary: 'the store and search engine beside zstd-1 and ripgrep: ingest, size, queries, memory',
  async run(options) {
    if (options.keep !== undefined) return await measure(options.keep, options);
    const folder = mkdtempSync(join(tmpdir(), 'apiary-bench-honeycomb-'));
    try {
      return await measure(folder, options);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(parent: string, options: BenchOptions): Promise<BenchRow[]> {
  const { report, samples } = options;
  const kind = options.corpus ?? 'loghub';
  const bytes = (options.gb ?? (options.short ? GB_SHORT : GB_DEFAULT)) * GB;
  const made = samples === undefined ? '-built-in' : '';
  const folder = join(parent, `${kind}-${Math.round(bytes / MB)}${made}`);
  mkdirSync(folder, { recursive: true });
  const corpus = await keptOrMade(folder, 'corpus', async (place) =>
    writeCorpus({ kind, bytes, samples, folder: place }),
  );
  report(`${kind}: ${corpus.lines} lines, ${Math.round(corpus.bytes / MB)} MB`);
  const run: Run = { folder, kind, corpus, report, builtIn: samples === undefined };
  const rows = await ingestRows(run);
  rows.push(...(await sealedRows(run)));
  rows.push(...(await compactedRows(run)));
  return rows;
}

async function ingestRows({ folder, kind, corpus, report, builtIn }: Run): Promise<BenchRow[]> {
  const goals = GOALS[kind];
  let taken: BenchRow[] = [];
  await keptOrMade(folder, 'sealed', async (place) => {
    const messages = join(folder, 'messages.bin');
    writeMessages(messages, messagesOf(corpus, CORPUS_BEGIN_MS));
    const before = zstdRate(corpus);
    const answer = await askProcess('./ingest-process.ts', [place, messages]);
    // What `ingest-process.ts` wrote.
    const figures = JSON.parse(answer) as IngestFigures & { readonly residentMb: number };
    rmSync(messages);
    // Before and after, as the machine may have been busier with one of them.
    const zstd = (before + zstdRate(corpus)) / 2;
    report(`ingest: ${round(figures.rate, 1)} MB/s per core, zstd-1: ${Math.round(zstd)} MB/s`);
    taken = [
      {
        ...{ name: 'block → durable, verified, searchable, per core', unit: 'MB/s' },
        ...{ value: round(figures.rate, 1), reference: Math.round(zstd) },
      },
      atLeast('the same beside zstd-1', round(figures.rate / zstd, 3), goals.rate, '×'),
      atMost('resident while ingesting', Math.round(figures.residentMb), 400, 'MB'),
    ];
    return {};
  });
  const perByte = round(folderBytes(join(folder, 'sealed')) / corpus.bytes, 4);
  const mb = Math.round(corpus.bytes / MB);
  const made = kind === 'loghub' && builtIn ? ' of built-in samples' : '';
  return [
    { name: `corpus \`${kind}\`${made}, ${corpus.lines} lines`, value: mb, unit: 'MB' },
    ...taken,
    goals.sealed === undefined
      ? { name: 'bytes on disk per raw byte, sealed', value: perByte, unit: '' }
      : atMost('bytes on disk per raw byte, sealed', perByte, goals.sealed, ''),
  ];
}

async function sealedRows({ folder, kind, corpus }: Run): Promise<BenchRow[]> {
  const began = performance.now();
  const engine = await Engine.open(join(folder, 'sealed'));
  const readyMs = performance.now() - began;
  await engine.startThreads();
  const needle = await ask(engine, { query: NEEDLE });
  if (needle.total !== NEEDLES) throw new Error(`${needle.total} of ${NEEDLES} needles`);
  const common = await ask(engine, { query: COMMON[kind] });
  const open = await openChunkMs(corpus, COMMON[kind]);
  const rows = [
    msRow('ready after a restart', readyMs, 2000),
    msRow('8 MB chunks: needle, count, cold', needle.coldMs, kind === 'loghub' ? 5 : 10),
    msRow(`8 MB chunks: \`${COMMON[kind]}\`, count, cold`, common.coldMs),
    msRow(`8 MB chunks: \`${COMMON[kind]}\`, count, warm`, common.warmMs),
    await workersRow(engine, join(folder, 'sealed'), COMMON[kind]),
    await standingRow(folder, corpus),
    msRow(`open chunk of 8 MB: \`${COMMON[kind]}\`, count`, open.newMs, 10),
    msRow('the same words again', open.againMs),
  ];
  // The store has one owner: the process that merges opens it next.
  await engine.close();
  return [...rows, ...(await mergeRows(join(folder, 'sealed')))];
}

async function mergeRows(store: string): Promise<BenchRow[]> {
  // What `merge-process.ts` wrote.
  const answer = JSON.parse(await askProcess('./merge-process.ts', [store])) as MergeFigures;
  const { rawBytes, seconds, extraMb } = answer;
  return [
    {
      ...{ name: 'small chunks merged into one of 64 MB, per GB', unit: 'CPU-s' },
      value: round(seconds / (rawBytes / GB), 1),
    },
    { name: 'extra resident meanwhile', value: Math.round(extraMb), unit: 'MB' },
  ];
}

async function compactedRows({ folder, kind, corpus, report }: Run): Promise<BenchRow[]> {
  const place = join(folder, 'compacted');
  await keptOrMade(folder, 'compacted', async () => await writeCompacted(place, corpus));
  const engine = await Engine.open(place);
  await engine.startThreads();
  const perByte = round(folderBytes(place) / corpus.bytes, 4);
  const rows = [
    atMost('bytes on disk per raw byte, compacted', perByte, GOALS[kind].compacted, ''),
  ];
  const hard = kind === 'loghub' ? 'loghub' : 'hard';
  const asked: Question[] = [];
  const timed = async (question: Question) => {
    const figures = await ask(engine, question);
    report(`${question.query}: ${figures.total} records`);
    asked.push(question);
    return figures;
  };
  for (const { name, query, rg, goalMs } of questionsOf(kind)) {
    const { coldMs } = await timed({ query });
    rows.push(msRow(`${name}, count, cold; rg`, coldMs, goalMs[hard], await ripgrepMs(corpus, rg)));
  }
  rows.push(...(await commonRows(kind, timed)));
  const regex = await timed({ query: `/.*${REGEX[kind]}.*/` });
  const rg = await ripgrepMs(corpus, ['-i', REGEX[kind]]);
  const goal = rg === undefined ? undefined : Math.round(rg * REGEX_FACTOR[hard]);
  rows.push(msRow(`regex \`/${REGEX[kind]}/\`, count, cold; rg`, regex.coldMs, goal, rg));
  // The store has one owner: the process that is asked for its memory opens it next.
  await engine.close();
  const extraMb = await extraResidentMb(place, asked);
  rows.push(atMost('extra resident during any query', Math.round(extraMb), 200, 'MB'));
  return rows;
}

async function commonRows(
  kind: CorpusKind,
  timed: (question: Question) => ReturnType<typeof ask>,
): Promise<BenchRow[]> {
  const query = COMMON[kind];
  const goal = (ms: number) => (kind === 'loghub' ? ms : undefined);
  const count = await timed({ query });
  const newest = await timed({ query, limit: 100 });
  const histogram = await timed({ query, buckets: BUCKETS });
  return [
    msRow(`common word \`${query}\` (${count.total}), count, cold`, count.coldMs, goal(20)),
    msRow('the same, warm', count.warmMs, goal(10)),
    msRow('its newest 100, cold', newest.pageMs, goal(30)),
    msRow('the same with the count behind it, cold', newest.coldMs),
    msRow('its histogram, cold', histogram.coldMs, goal(80)),
  ];
}
