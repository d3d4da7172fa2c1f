/**
 * Runs the command line from its bundle, which is made where the sources are not those of the last one.
 * JavaScript and without any import of its own, because it stays loaded in the launcher.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const dist = join(root, 'dist');
const sources = join(root, 'scripts/apiary.ts');

/** Commands of those who work on Apiary itself need its tests and tools as they are. */
const FROM_SOURCES = new Set(['bench', 'bundle', 'chaos', 'docs', 'test', 'wasm']);
const FOLDERS = ['common/src', 'bee/src', 'hive/src', 'queen/src', 'scripts'];
/** Processes that still run load parts of older bundles, so some of them stay. */
const BUNDLES_MAX = 5;

/** Name, size and time of each source: the same as long as nobody touched one. */
function digestOfSources() {
  const hash = createHash('sha256').update(process.version);
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(test|contract)\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  for (const file of [...files.sort(), join(root, 'package-lock.json')]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function removeOldBundles() {
  const timeOf = (name) => statSync(join(dist, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const bundles = readdirSync(dist).filter((name) => name.startsWith('bundle-'));
  const newestFirst = bundles
    .map((name) => ({ name, time: timeOf(name) }))
    .sort((a, b) => b.time - a.time);
  for (const { name } of newestFirst.slice(BUNDLES_MAX)) {
    rmSync(join(dist, name), { recursive: true, force: true });
  }
}

function makeBundle(folder) {
  const startedMs = performance.now();
  const making = `${folder}.${process.pid}`;
  const argv = ['--disable-warning=ExperimentalWarning', sources, 'bundle', making];
  process.stderr.write('apiary: bundling the programs…\n');
  const { status } = spawnSync(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) {
    rmSync(making, { recursive: true, force: true });
    process.stderr.write('apiary: running from the sources instead\n');
    return sources;
  }
  try {
    renameSync(making, folder);
  } catch {
    // Another process was quicker; its bundle is the same.
    rmSync(making, { recursive: true, force: true });
  }
  removeOldBundles();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stderr.write(`apiary: bundled in ${seconds} s\n`);
  return join(folder, 'apiary.js');
}

function programFor(command) {
  if (FROM_SOURCES.has(command)) return sources;
  const folder = join(dist, `bundle-${digestOfSources()}`);
  const program = join(folder, 'apiary.js');
  return existsSync(program) ? program : makeBundle(folder);
}

await import(programFor(process.argv[2] ?? ''));
