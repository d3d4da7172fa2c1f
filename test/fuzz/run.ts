/**
 * Attacks a real instance with spoilt input, one kind after the other, and looks whether it is well: no
 * process ended, none grew, nobody was answered who may not be, and a line still flows from file to search.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCESS_ROUTES } from '@apiary/queen/access-routes.ts';
import { findLocalInstance } from '../../scripts/local-instance.ts';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { eventually } from '../harness/eventually.ts';
import type { AttackKind, Ground } from './attack.ts';
import { FUZZ_WORD } from './bodies.ts';
import { Random } from './random.ts';

/** Cases under way at a time. */
const AT_ONCE = 4;
const FAULTS_MAX = 20;

/** What a kind of attack came to. */
export interface FuzzOutcome {
  readonly name: string;
  readonly cases: number;
  /** What must not have happened; at most 20 are kept. */
  readonly faults: readonly string[];
  /** Resident MB of all processes together after the first half, and at the end. */
  readonly residentMb: readonly [half: number, end: number];
  /** What each process has more at the end than after the first half, in MB. */
  readonly grownMb: Readonly<Record<string, number>>;
}

/** How to run. */
export interface FuzzOptions {
  readonly kinds: readonly AttackKind[];
  /** For each kind. */
  readonly seconds: number;
  readonly seed: number;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** See the file's head. */
export async function runFuzz(options: FuzzOptions): Promise<readonly FuzzOutcome[]> {
  const logs = mkdtempSync(join(tmpdir(), 'apiary-fuzz-'));
  const file = join(logs, 'good.log');
  writeFileSync(file, '');
  const apiary = await startApiary();
  try {
    const urls = [`file://${file}`];
    await apiary.client.addTargets({ agents: 'all', urls, tags: [], history: true });
    const outcomes: FuzzOutcome[] = [];
    for (const kind of options.kinds) {
      if (options.signal?.aborted) break;
      const ground = await groundOf(apiary, options.seed);
      const outcome = await attack(kind, ground, options, file);
      options.report(`${kind.name}: ${outcome.cases} cases, ${outcome.faults.length} faults`);
      outcomes.push(outcome);
    }
    return outcomes;
  } finally {
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  }
}

async function groundOf(apiary: RunningApiary, seed: number): Promise<Ground> {
  const { url } = await findLocalInstance(apiary.folder);
  const { secret } = await apiary.client.call(ACCESS_ROUTES.addToken, {
    name: `fuzz ${seed}`,
    role: 'viewer',
  });
  return { apiary, url, viewerToken: secret, random: new Random(seed) };
}

async function attack(
  kind: AttackKind,
  ground: Ground,
  { seconds, signal }: FuzzOptions,
  file: string,
): Promise<FuzzOutcome> {
  const faults: string[] = [];
  const before = ground.apiary.children();
  const under = await kind.open(ground);
  const startedMs = performance.now();
  const share = () => (performance.now() - startedMs) / (seconds * 1000);
  let cases = 0;
  let half: Readonly<Record<string, number>> | undefined;
  const work = async () => {
    while (share() < 1 && !signal?.aborted && faults.length < FAULTS_MAX) {
      const fault = await under.once().catch((error: unknown) => `${kind.name}: ${String(error)}`);
      if (fault !== undefined) faults.push(fault);
      cases += 1;
      if (share() > 0.5) half ??= memoryOf(ground.apiary);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const end = memoryOf(ground.apiary);
  half ??= end;
  await under.close().catch(() => undefined);
  const after = ground.apiary.children();
  for (const [name, pid] of Object.entries(before)) {
    if (after[name] !== pid) faults.push(`${name} ended and was started again`);
  }
  await stillFlows(ground, file, `${kind.name}${cases}`).catch((error: unknown) =>
    faults.push(String(error)),
  );
  const grownMb = Object.fromEntries(
    Object.entries(end).map(([name, size]) => [name, size - (half?.[name] ?? size)]),
  );
  return { name: kind.name, cases, faults, residentMb: [sumOf(half), sumOf(end)], grownMb };
}

/** Resident MB of each process. */
function memoryOf(apiary: RunningApiary): Record<string, number> {
  const sizes = Object.entries(apiary.children()).map(([name, pid]) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return [name, Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024)];
  });
  return Object.fromEntries(sizes);
}

function sumOf(sizes: Readonly<Record<string, number>>): number {
  return Object.values(sizes).reduce((sum, size) => sum + size, 0);
}

async function stillFlows({ apiary }: Ground, file: string, word: string): Promise<void> {
  appendFileSync(file, `INFO still${word} flows\n`);
  await eventually(
    async () => {
      const { total } = await apiary.client.searchPage({ query: `still${word}`, limit: 0 });
      return total === 1 ? true : undefined;
    },
    `a line is found after ${word}`,
    60_000,
  );
  const { total } = await apiary.client.searchPage({ query: FUZZ_WORD, limit: 0 });
  if (total > 0) throw new Error(`${total} lines of unapproved agents were stored`);
}
