/**
 * Writes a corpus of log files: for each host and system a file, lines at random as they would arrive. Same
 * arguments, same bytes. Needles are planted evenly.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { HARD_KINDS, hardStream } from './hard-lines.ts';
import { Random } from './random.ts';
import { type Moment, momentOf, readSamples, sampleStream } from './sample-lines.ts';

/** What a corpus may be like. */
export const CORPUS_KINDS = ['loghub', ...HARD_KINDS] as const;
/** See {@link CORPUS_KINDS}. */
export type CorpusKind = (typeof CORPUS_KINDS)[number];

/** A word that no other line has. */
export const NEEDLE = 'zqneedle7x';
/** Lines with the needle. */
export const NEEDLES = 4;
/** When the first line was written. */
export const CORPUS_BEGIN_MS = Date.UTC(2026, 0, 10);

const SEED = 12_345;
const HOSTS = 8;
const FLUSH_BYTES = 1 << 18;
const GAP_MS = 10;

/** A corpus on disk. */
export interface Corpus {
  readonly files: readonly {
    readonly host: string;
    readonly file: string;
    readonly path: string;
  }[];
  readonly bytes: number;
  readonly lines: number;
  readonly endMs: number;
}

interface Stream {
  readonly host: string;
  readonly file: string;
  readonly next: (at: Moment) => string;
  readonly descriptor: number;
  readonly path: string;
  parts: string[];
  length: number;
}

/** Writes about `bytes` of lines into a folder. */
export function writeCorpus(options: {
  readonly kind: CorpusKind;
  readonly bytes: number;
  readonly samples: string | undefined;
  readonly folder: string;
}): Corpus {
  const random = new Random(SEED);
  const streams = openStreams(options, random);
  let now = CORPUS_BEGIN_MS;
  let bytes = 0;
  let lines = 0;
  let planted = 0;
  while (bytes < options.bytes) {
    const stream = random.pick(streams);
    for (let left = 1 + random.below(40); left > 0; left--) {
      now += -Math.log(1 - random.next()) * GAP_MS;
      let line = `${stream.next(momentOf(Math.floor(now)))}\n`;
      if (bytes > ((planted + 0.5) / NEEDLES) * options.bytes) {
        planted++;
        line = `${line.slice(0, -1)} ${NEEDLE}\n`;
      }
      stream.parts.push(line);
      stream.length += line.length;
      bytes += line.length;
      lines++;
    }
    if (stream.length > FLUSH_BYTES) flush(stream);
  }
  for (const stream of streams) {
    flush(stream);
    closeSync(stream.descriptor);
  }
  return {
    files: streams.map(({ host, file, path }) => ({ host, file, path })),
    bytes,
    lines,
    endMs: now,
  };
}

function openStreams(
  { kind, samples, folder }: { kind: CorpusKind; samples: string | undefined; folder: string },
  random: Random,
): Stream[] {
  const makers =
    kind === 'loghub'
      ? readSamples(samples).map((system) => ({
          name: system.name.toLowerCase(),
          make: () => sampleStream(system, random),
        }))
      : [{ name: kind, make: () => hardStream(kind, random) }];
  return makers.flatMap(({ name, make }) =>
    Array.from({ length: HOSTS }, (_, index) => {
      const host = `host-0${index + 1}`;
      const file = `${name}.log`;
      mkdirSync(join(folder, host), { recursive: true });
      const path = join(folder, host, file);
      return {
        host,
        file,
        path,
        descriptor: openSync(path, 'w'),
        next: make(),
        parts: [],
        length: 0,
      };
    }),
  );
}

function flush(stream: Stream): void {
  writeSync(stream.descriptor, stream.parts.join(''), null, 'latin1');
  stream.parts = [];
  stream.length = 0;
}
