/**
 * FerretDB v1, built once from `scripts/ferretdb` where Go is installed: a server that speaks MongoDB's
 * protocol and keeps its data in SQLite. Of its source one line is changed, see {@link CHANGED}.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '@apiary/common/errors.ts';
import { type Environment, findProgram, runToEnd } from './packages.ts';

const GO = {
  name: 'golang',
  program: 'go',
  places: ['/usr/local/go/bin/go', '/usr/lib/go/bin/go'],
} as const;

/** FerretDB 1.24 asks for it. */
const GO_MINOR_MIN = 24;

const SOURCE = join(import.meta.dirname, 'ferretdb');
const SOURCE_FILES = ['main.go', 'go.mod', 'go.sum'] as const;

/**
 * What FerretDB 1.24.2 asks SQLite for a document by differs from what its own index is made of
 * (`_ferretdb_sjson->"_id"`), so that each find, update and deletion of one document goes through the whole table.
 */
const CHANGED = {
  module: 'github.com/FerretDB/FerretDB',
  file: 'internal/backends/sqlite/metadata/metadata.go',
  from: `DefaultColumn + "->'$._id'"`,
  to: `DefaultColumn + "->'_id'"`,
} as const;

/** The path of Go's command where it is new enough; else undefined. */
export async function findGo(environment: Environment): Promise<string | undefined> {
  const go = await findProgram(GO, environment);
  if (go === undefined) return undefined;
  const { stdout } = await promisify(execFile)(go, ['env', 'GOVERSION'], {
    env: goEnvironment(environment),
  }).catch(() => ({ stdout: '' }));
  const minor = Number(/^go1\.(\d+)/.exec(stdout)?.[1]);
  return minor >= GO_MINOR_MIN ? go : undefined;
}

/**
 * The path of the built program: from the user's cache folder, else built into it now, which takes one to
 * three minutes and is told to `tell`.
 *
 * @throws AppError `not-supported` with Go's own words when it cannot be built
 */
export async function buildFerretdb(
  go: string,
  environment: Environment,
  tell: (line: string) => void,
): Promise<string> {
  const folder = await cacheFolder(environment);
  const program = join(folder, 'ferretdb');
  if (await findProgram({ name: '', program: '', places: [program] }, {})) return program;
  tell('building FerretDB for the tests on MongoDB (once; one to three minutes)…');
  const beganMs = performance.now();
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'build-'));
  try {
    for (const file of SOURCE_FILES) await cp(join(SOURCE, file), join(work, file));
    await changeSource(go, work, environment);
    const build = ['build', '-C', work, '-buildvcs=false', '-trimpath', '-ldflags=-s -w', '-o'];
    const built = join(work, 'ferretdb');
    await runGo(go, [...build, built, '.'], environment);
    // Renamed in one step: whoever builds at the same time gets either's.
    await rename(built, program);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  tell(`built in ${Math.round((performance.now() - beganMs) / 1000)} s`);
  return program;
}

/** Puts a changed copy of the module in place of the published one. */
async function changeSource(go: string, work: string, environment: Environment): Promise<void> {
  const { module, file, from, to } = CHANGED;
  await runGo(go, ['mod', 'download', '-C', work, module], environment);
  const published = await moduleFolder(go, work, environment);
  const copy = join(work, 'source');
  await runStep('cp', ['-R', published, copy], environment);
  // Go's cache is read-only, and so is a copy.
  await runStep('chmod', ['-R', 'u+w', copy], environment);
  const changed = join(copy, file);
  const text = await readFile(changed, 'utf8');
  if (!text.includes(from)) throw cannotBuild(`${file} is not as expected.`);
  await writeFile(
    changed,
    text.replace(from, () => to),
  );
  await runGo(go, ['mod', 'edit', '-C', work, `-replace=${module}=./source`], environment);
}

/** Where Go keeps the published module. @throws AppError `not-supported` with Go's own words */
async function moduleFolder(go: string, work: string, environment: Environment): Promise<string> {
  const words = ['list', '-C', work, '-m', '-f', '{{.Dir}}', CHANGED.module];
  const env = goEnvironment(environment);
  return await new Promise((resolve, reject) => {
    execFile(go, words, { env }, (error, stdout, stderr) => {
      if (error) reject(cannotBuild(stderr.trim().split('\n').pop() || error.message));
      else resolve(stdout.trim());
    });
  });
}

async function runGo(
  go: string,
  words: readonly string[],
  environment: Environment,
): Promise<void> {
  await runStep(go, words, goEnvironment(environment));
}

/** @throws AppError `not-supported` with the program's own words */
async function runStep(
  program: string,
  words: readonly string[],
  environment: Environment,
): Promise<void> {
  const failure = await runToEnd(program, words, environment);
  if (failure !== undefined) throw cannotBuild(failure);
}

function cannotBuild(reason: string): AppError {
  return new AppError('not-supported', `FerretDB cannot be built: ${reason}`);
}

/** One folder for each state of the source, outside of the checkout, so that a fresh clone finds it. */
async function cacheFolder(environment: Environment): Promise<string> {
  const hash = createHash('sha256');
  for (const file of SOURCE_FILES) hash.update(await readFile(join(SOURCE, file)));
  hash.update(JSON.stringify(CHANGED));
  const cache = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache');
  return join(cache, 'apiary', `ferretdb-${hash.digest('hex').slice(0, 12)}`);
}

/** Go wants a home for its own caches, also where the environment is empty. */
function goEnvironment(environment: Environment): NodeJS.ProcessEnv {
  return { ...environment, HOME: environment.HOME || homedir(), GOFLAGS: '', CGO_ENABLED: '0' };
}
