/**
 * One, two and three honeycombs on one broker and one database: what a gigabyte and what a question cost all
 * of them together, and how evenly they share the blocks. CPU seconds, so that a busy machine matters less.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import { type MongoService, provideMongo, provideRabbit } from '../../scripts/services.ts';
import { groupCpuSeconds } from './bee/processes.ts';
import { atMost, type Bench, type BenchOptions, type BenchRow } from './bench.ts';
import { type Corpus, NEEDLE, writeCorpus } from './honeycomb/corpus.ts';
import { round } from './honeycomb/measure.ts';
import { messagesOf } from './honeycomb/messages.ts';
import { type MemberFigures, ScaleSite } from './scale/site.ts';

const GB = 1e9;
const GB_DEFAULT = 0.3;
const GB_SHORT = 0.06;
const MOST = 3;
/** What warms them up, so that compiling their code is in nobody's figure: 12 MB for each of three. */
const WARM_UP_BYTES = 12e6 * MOST;
const ROUNDS = 12;
const ROUNDS_SHORT = 6;
const INGEST_FACTOR_MAX = 1.15;
const QUERY_FACTOR_MAX = 1.3;
const SHARE_OFF_MAX = 20;

/** A round of these: counts, lines, and a histogram. */
const QUESTIONS = [
  { query: NEEDLE, limit: 10 },
  { query: 'info', limit: 100 },
  { query: '"failed password"', limit: 100 },
  { query: 'block*', limit: 0 },
  { query: 'NOT info', limit: 0, buckets: 100 },
] as const;

interface Figures {
  readonly ingestPerGb: number;
  readonly storePerGb: number;
  readonly queryMs: number;
  readonly storeQueryMs: number;
  /** How far the honeycomb that has the least or most is from an even share, in percent. */
  readonly shareOff: number;
  readonly totals: readonly number[];
}

/** `./apiary bench scale`. */
export const scaleBench: Bench = {
  name: 'scale',
  summary: `1 to ${MOST} honeycombs on RabbitMQ and one MongoDB: CPU per GB, per query, shares`,
  async run(options) {
    const folder = mkdtempSync(join(tmpdir(), 'apiary-bench-scale-'));
    const rabbit = await provideRabbit({ environment: { PATH: process.env.PATH } });
    if (!rabbit) throw new Error('no RabbitMQ: apt-get install rabbitmq-server');
    try {
      const mongo = await provideMongo({ environment: process.env, tell: options.report });
      try {
        return await measure({ folder, broker: rabbit.url, mongo, options });
      } finally {
        await mongo.stop();
      }
    } finally {
      await rabbit.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Run {
  readonly folder: string;
  readonly broker: string;
  readonly mongo: MongoService;
  readonly options: BenchOptions;
}

async function measure(run: Run): Promise<BenchRow[]> {
  const { report, samples, gb, short } = run.options;
  const bytes = (gb ?? (short ? GB_SHORT : GB_DEFAULT)) * GB;
  const corpus = (name: string, size: number) =>
    writeCorpus({ kind: 'loghub', bytes: size, samples, folder: join(run.folder, name) });
  const warmUp = corpus('warm-up', WARM_UP_BYTES);
  const main = corpus('main', bytes);
  report(`${Math.round(main.bytes / 1e6)} MB, ${main.lines} lines`);
  const figures: Figures[] = [];
  for (let honeycombs = 1; honeycombs <= MOST; honeycombs++) {
    figures.push(await measureSite(run, honeycombs, { warmUp, main }));
  }
  const [one, , three] = figures;
  if (!one || !three) throw new Error('not measured');
  for (const { totals } of figures) {
    if (totals.join() !== one.totals.join()) throw new Error(`${totals} is not ${one.totals}`);
  }
  return [
    { name: 'corpus', value: Math.round(main.bytes / 1e6), unit: 'MB' },
    ...figures.flatMap(rowsOf),
    factorRow('per GB, 3 beside 1', three.ingestPerGb, one.ingestPerGb, INGEST_FACTOR_MAX),
    factorRow('per query, 3 beside 1', three.queryMs, one.queryMs, QUERY_FACTOR_MAX),
    ...figures
      .slice(1)
      .map(({ shareOff }, index) =>
        atMost(
          `${index + 2} honeycombs: furthest from an even share`,
          shareOff,
          SHARE_OFF_MAX,
          '%',
        ),
      ),
  ];
}

async function measureSite(
  { broker, mongo, options }: Run,
  honeycombs: number,
  corpora: { readonly warmUp: Corpus; readonly main: Corpus },
): Promise<Figures> {
  const { report, signal, short } = options;
  const store = mongo.url(`scale-${honeycombs}-${Date.now()}`);
  const site = await ScaleSite.start({ honeycombs, broker, store, signal });
  try {
    const before = await site.ingest(streamsOf(corpora.warmUp, 'a'));
    const [cpu, storeCpu] = [site.cpuSeconds(), storeSeconds(mongo)];
    const after = await site.ingest(streamsOf(corpora.main, 'b'));
    const gb = corpora.main.bytes / GB;
    const ingestPerGb = (site.cpuSeconds() - cpu) / gb;
    const storePerGb = (storeSeconds(mongo) - storeCpu) / gb;
    const totals = await askAll(site);
    // Each of them has coordinated each question before it counts.
    for (let warm = 1; warm < honeycombs; warm++) await askAll(site);
    const rounds = short ? ROUNDS_SHORT : ROUNDS;
    const [asked, storeAsked] = [site.cpuSeconds(), storeSeconds(mongo)];
    for (let index = 0; index < rounds; index++) await askAll(site);
    const questions = rounds * QUESTIONS.length;
    const queryMs = ((site.cpuSeconds() - asked) * 1000) / questions;
    const storeQueryMs = ((storeSeconds(mongo) - storeAsked) * 1000) / questions;
    const shareOff = furthestFromEven(before, after);
    const sealed = after.map(({ sealedChunks }) => sealedChunks).join(' + ');
    report(`${honeycombs}: ${round(ingestPerGb, 1)} CPU-s/GB, chunks sealed: ${sealed}`);
    return { ingestPerGb, storePerGb, queryMs, storeQueryMs, shareOff, totals };
  } finally {
    await site.stop();
  }
}

/** The main corpus is of other streams than what warms up, so that nothing is held already. */
function* streamsOf(corpus: Corpus, mark: string): Generator<AppendMessage> {
  for (const { append } of messagesOf(corpus, Date.now(), { mark, areFull: true })) {
    yield append;
  }
}

async function askAll(site: ScaleSite): Promise<number[]> {
  const totals: number[] = [];
  for (const { query, ...more } of QUESTIONS) totals.push(await site.ask(query, more));
  return totals;
}

/** Of the database's server; nothing where it is somebody else's. */
function storeSeconds({ group }: MongoService): number {
  return group === undefined ? 0 : groupCpuSeconds(group);
}

function furthestFromEven(
  before: readonly MemberFigures[],
  after: readonly MemberFigures[],
): number {
  const taken = after.map(({ messages }, index) => messages - (before[index]?.messages ?? 0));
  const even = taken.reduce((sum, each) => sum + each, 0) / taken.length;
  return round(Math.max(...taken.map((each) => Math.abs(each / even - 1))) * 100, 1);
}

function rowsOf(figures: Figures, index: number): BenchRow[] {
  const { ingestPerGb, storePerGb, queryMs, storeQueryMs } = figures;
  const who = index === 0 ? '1 honeycomb' : `${index + 1} honeycombs`;
  return [
    { name: `${who}: per GB ingested`, value: round(ingestPerGb, 1), unit: 'CPU-s' },
    { name: `${who}: per GB, the store`, value: round(storePerGb, 1), unit: 'CPU-s' },
    { name: `${who}: per query`, value: round(queryMs, 1), unit: 'CPU-ms' },
    { name: `${who}: per query, the store`, value: round(storeQueryMs, 1), unit: 'CPU-ms' },
  ];
}

function factorRow(name: string, value: number, beside: number, bound: number): BenchRow {
  return atMost(`honeycombs' CPU ${name}`, round(value / beside, 2), bound, '×');
}
