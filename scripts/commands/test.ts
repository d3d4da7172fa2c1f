/** `./apiary test`: installs what the tests need and runs them all. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandIo } from '../command.ts';
import { projectRoot } from '../data-folder.ts';
import { guardedRun } from '../guarded-run.ts';
import { ensurePackages, PACKAGES } from '../packages.ts';
import { prepareMongo } from '../services.ts';
import { buildWeb, webIsBuilt } from '../web-build.ts';

/** What Jest's `--json` says, as far as it is read here. */
const jestResultSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});

interface Count {
  passed: number;
  failed: number;
}

/** Tests that need a server with MongoDB's protocol. */
const MONGODB_PART = 'test/mongodb/';
/** Real processes, brokers and browsers: one suite at a time on a small machine. */
const REAL_PARTS = ['test/e2e/', 'test/chaos/', 'test/fuzz/', 'test/bench/', MONGODB_PART];

/** See the file's head. Paths narrow it down, as Jest takes them. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write('./apiary test [path …]: runs all tests, or those whose path matches\n');
    return 0;
  }
  const missing = await ensurePackages(io.env, Object.values(PACKAGES));
  if (missing !== undefined) {
    io.stderr.write(`apiary test: ${missing}\n`);
    return 2;
  }
  if (!webIsBuilt()) {
    io.stderr.write('apiary: building the web UI…\n');
    await buildWeb();
  }
  const tell = (line: string) => io.stderr.write(`apiary: ${line}\n`);
  const hasMongo = await prepareMongo({ environment: io.env, tell });
  const ignored = ['/node_modules/', '/dist/', ...(hasMongo ? [] : [`/${MONGODB_PART}`])];
  const count: Count = { passed: 0, failed: 0 };
  if (argv.length > 0) {
    await runJest([...argv, '--runInBand', ...ignoring(ignored)], io, count);
  } else {
    await runJest(['--maxWorkers=2', ...ignoring([...ignored, ...REAL_PARTS])], io, count);
    await runJest(['--runInBand', ...REAL_PARTS, ...ignoring(ignored)], io, count);
  }
  if (io.signal.aborted) {
    io.stderr.write('apiary test: interrupted\n');
    return 1;
  }
  if (!hasMongo) io.stdout.write('mongodb: not run, set MONGODB_URL\n');
  io.stdout.write(`\n${count.passed} passed, ${count.failed} failed\n`);
  return count.failed === 0 && count.passed > 0 ? 0 : 1;
}

function ignoring(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => ['--testPathIgnorePatterns', pattern]);
}

async function runJest(argv: readonly string[], io: CommandIo, count: Count): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'apiary-test-'));
  const outputFile = join(folder, 'result.json');
  const command = [
    process.execPath,
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(projectRoot, 'node_modules/jest/bin/jest.js'),
    // A handle that a suite left open must not keep the run from its closing line.
    '--forceExit',
    '--json',
    `--outputFile=${outputFile}`,
    ...argv,
  ];
  const code = await guardedRun(command, { cwd: projectRoot, signal: io.signal });
  try {
    if (io.signal.aborted) return;
    const result = jestResultSchema.parse(JSON.parse(readFileSync(outputFile, 'utf8')));
    count.passed += result.numPassedTests;
    // A skipped test, and a suite that could not even run, are failures.
    count.failed +=
      result.numFailedTests + result.numPendingTests + result.numRuntimeErrorTestSuites;
    if (code !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) {
      count.failed += 1;
    }
  } catch (error) {
    io.stderr.write(`apiary test: Jest gave no result (code ${code}): ${String(error)}\n`);
    count.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
