/** Builds the web UI when its sources are not those of the last build. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@apiary/common/errors.ts';
import { projectRoot } from './data-folder.ts';

/** Where the built UI is. */
export const webFolder = join(projectRoot, 'queen/web/dist');

const STAMP = join(webFolder, '.sources');
const SOURCES = [
  'queen/web/src',
  'queen/web/public',
  'queen/web/index.html',
  'queen/web/vite.config.ts',
  'common/src/query',
  'common/src/time',
  'common/src/messages',
  'common/src/record.ts',
  'package-lock.json',
];

function* filesIn(path: string): Generator<string> {
  if (!existsSync(path)) return;
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'));
  yield* files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(projectRoot, source);
    const files = /\.\w+$/.test(source) ? (existsSync(path) ? [path] : []) : filesIn(path);
    for (const file of files) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** True if the UI on disk was built from the sources as they are. */
export function webIsBuilt(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sourceHash();
}

/**
 * Builds the UI; a few seconds.
 *
 * @throws AppError `internal` with the builder's last words
 */
export async function buildWeb(): Promise<void> {
  const hash = sourceHash();
  const vite = join(projectRoot, 'node_modules/vite/bin/vite.js');
  const child = spawn(process.execPath, [vite, 'build', 'queen/web', '--logLevel', 'warn'], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let words = '';
  const listen = (data: Buffer) => {
    words = (words + data.toString()).slice(-8_000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new AppError('internal', `the web UI could not be built:\n${words}`);
  writeFileSync(STAMP, hash);
}
