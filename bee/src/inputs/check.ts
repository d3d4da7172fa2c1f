/**
 * `check:` targets: monitoring plugins (the Nagios interface), run by their name alone from the folders that
 * the host's owner lists, never through a shell. `check:check_disk?interval=60&timeout=10&arg=-w&arg=10%25`;
 * arguments only where the owner allows them. A result is one JSON line: exit code, status, output, perfdata.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { CHECK_ARGUMENTS_MAX, CHECK_OUTPUT_BYTES_MAX } from '@apiary/common/limits.ts';
import { wordsOf } from '../system-error.ts';
import type { CheckAllowance } from './input.ts';
import { readPerfdata } from './perfdata.ts';
import type { ProducerContext, StartProducer } from './spooled-input.ts';

const STATUSES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
/** Said in words that the level of a line is read from. */
const LEVELS = ['info', 'warn', 'error', 'warn'] as const;

interface Check {
  readonly name: string;
  readonly program: string;
  readonly argv: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Producer of `check:` targets. */
export const startCheck: StartProducer = async (context) => {
  const check = await checkOf(context.spec.url, context.checks);
  let cancel: (() => void) | undefined;
  let working: Promise<void> = Promise.resolve();
  const next = (delayMs: number): void => {
    cancel = context.clock.after(delayMs, () => {
      working = runAndAppend(context, check)
        .catch((error: unknown) => context.dropped(1, 0, wordsOf(error)))
        .then(() => {
          if (!context.signal.aborted) next(check.intervalMs);
        });
    });
  };
  next(0);
  return {
    async stop() {
      cancel?.();
      await working;
    },
  };
};

async function runAndAppend(context: ProducerContext, check: Check): Promise<void> {
  const { clock, signal } = context;
  const startMs = clock.now();
  const { code, output } = await runCheck(check, clock, signal);
  if (signal.aborted) return;
  const [first = '', ...rest] = output.split('\n');
  const [text = '', firstData = ''] = first.split(/\|(.*)/s);
  const [long = '', moreData = ''] = rest.join('\n').split(/\|(.*)/s);
  const exit = STATUSES[code] === undefined ? 3 : code;
  const result = {
    time: new Date(startMs).toISOString(),
    level: LEVELS[exit],
    check: check.name,
    status: STATUSES[exit],
    exit: code,
    output: text.trim(),
    ...(long.trim() === '' ? {} : { details: long.trim() }),
    perfdata: readPerfdata(`${firstData} ${moreData}`),
    duration_ms: clock.now() - startMs,
  };
  const body = Buffer.from(JSON.stringify(result));
  await context.spool.append([{ body, name: `check:${check.name}` }]);
}

/** Runs a plugin to its end; one that takes too long is killed and counts as unknown. */
function runCheck(
  check: Check,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(check.program, check.argv, {
      cwd: '/',
      // The Bee's own settings may hold the broker's password.
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it starts ends with it.
      detached: true,
    });
    let output = '';
    let problem: string | undefined;
    const kill = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    };
    const cancel = clock.after(check.timeoutMs, () => {
      problem = `took longer than ${check.timeoutMs / 1000} s and was killed`;
      kill();
    });
    signal.addEventListener('abort', kill, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output = (output + data.toString()).slice(0, CHECK_OUTPUT_BYTES_MAX);
      });
    }
    const finish = (code: number): void => {
      cancel();
      signal.removeEventListener('abort', kill);
      resolve({ code, output: problem ?? output });
    };
    child.once('error', (error) => {
      problem = `cannot be run: ${wordsOf(error)}`;
      finish(3);
    });
    child.once('close', (code) => finish(problem === undefined ? (code ?? 3) : 3));
  });
}

/** Reads a target's URL. @throws AppError `target-invalid`, `target-forbidden` */
async function checkOf(url: string, allowance: CheckAllowance): Promise<Check> {
  const [, name = '', query = ''] = /^check:([A-Za-z0-9._-]+)(?:\?(.*))?$/.exec(url) ?? [];
  if (name === '' || /^\.+$/.test(name)) {
    throw new AppError('target-invalid', `${url}: name a plugin, e.g. check:check_disk`);
  }
  const options = new URLSearchParams(query);
  const argv = options.getAll('arg');
  if (argv.length > 0 && !allowance.allowArguments) {
    const text =
      'This host takes no arguments for checks; its owner can allow them: --check-arguments';
    throw new AppError('target-forbidden', text);
  }
  if (argv.length > CHECK_ARGUMENTS_MAX || argv.some((each) => each.includes('\0'))) {
    throw new AppError('target-invalid', `at most ${CHECK_ARGUMENTS_MAX} arguments, without NULs`);
  }
  return {
    name,
    program: await programOf(name, allowance.folders),
    argv,
    intervalMs: 1000 * secondsOf(options, 'interval', 60),
    timeoutMs: 1000 * secondsOf(options, 'timeout', 30),
  };
}

function secondsOf(options: URLSearchParams, name: string, usual: number): number {
  const seconds = Number(options.get(name) ?? usual);
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new AppError('target-invalid', `${name} is seconds, 1 to 86400`);
}

async function programOf(name: string, folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    const path = join(folder, name);
    const isProgram = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isProgram) return await realpath(path);
  }
  const where = folders.join(', ') || 'none; its owner can name some: --checks';
  throw new AppError(
    'target-forbidden',
    `${name} is in none of this host's check folders (${where}).`,
  );
}
