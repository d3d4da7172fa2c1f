/**
 * The command line. The only place that touches `process`: it turns signals and the end of a parent
 * into one abort signal, errors into one line, and results into exit codes.
 */
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { nearestWord } from '@apiary/common/nearest.ts';
import type { CommandIo, ParentLink } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { readableStack } from './readable-stack.ts';

/** How long a command may take to end after it was told to. */
const STOP_MS_MAX = 8_000;

/** By then a process that has just started is idle. */
const COLLECT_AFTER_MS = 5_000;

const USAGE_CODES = new Set([
  'setting-invalid',
  'port-busy',
  'folder-unusable',
  'store-in-use',
  'not-supported',
]);

function help(): string {
  const rows = COMMANDS.filter((command) => !command.internal).map(
    (command) => `  ./apiary ${command.name} ${command.usage}\n      ${command.summary}`,
  );
  return `Apiary watches every machine you have.\n\n${rows.join('\n')}\n\n  ./apiary <command> --help\n`;
}

/** The command that somebody wants who typed that. */
function meantBy(typed: string): string | undefined {
  const commands = COMMANDS.filter((command) => !command.internal);
  return (
    commands.find(({ triedAs }) => triedAs?.includes(typed))?.name ??
    nearestWord(
      typed,
      commands.map(({ name }) => name),
    )
  );
}

function endSignal(): AbortSignal {
  const controller = new AbortController();
  const end = () => {
    if (controller.signal.aborted) return;
    controller.abort();
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  // A terminal that closes, and a parent that dies, end us too.
  process.once('SIGHUP', end);
  if (process.connected) process.once('disconnect', end);
  return controller.signal;
}

/** Gives back what starting needed (parsed modules, caches); a server is idle most of its life. */
function collectGarbageSoon(): void {
  setTimeout(() => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect === 'function') collect();
  }, COLLECT_AFTER_MS).unref();
}

function parentLink(signal: AbortSignal): ParentLink | undefined {
  if (!process.connected) return undefined;
  return {
    tell: (message) => void process.send?.(message),
    told: (type) =>
      new Promise((resolve, reject) => {
        const end = () => reject(new AppError('component-missing', 'the launcher has ended'));
        if (signal.aborted) end();
        signal.addEventListener('abort', end, { once: true });
        process.on('message', (message) => {
          if (message instanceof Object && 'type' in message && message.type === type) resolve();
        });
      }),
  };
}

async function main(argv: readonly string[]): Promise<number> {
  const [name = '--help', ...rest] = argv;
  if (name === '--help' || name === 'help' || name === '-h') {
    process.stdout.write(help());
    return 0;
  }
  const command = COMMANDS.find((entry) => entry.name === name);
  if (!command) {
    const meant = meantBy(name);
    const hint = meant === undefined ? '' : `; did you mean ./apiary ${meant}?`;
    process.stderr.write(
      `apiary: there is no command ${name}${hint || ';'} ./apiary --help lists them\n`,
    );
    return 2;
  }
  const signal = endSignal();
  const io: CommandIo = {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    signal,
    ready: (facts) => {
      process.send?.({ type: 'ready', ...facts });
      collectGarbageSoon();
    },
    program: fileURLToPath(import.meta.url),
    parent: parentLink(signal),
  };
  try {
    return await (await command.load()).run(rest, io);
  } catch (thrown) {
    const error = toAppError(thrown);
    // Of a command in parts people know the whole.
    process.stderr.write(`apiary ${command.partOf ?? name}: ${error.message}\n`);
    if (error.code === 'internal' && thrown instanceof Error) {
      process.stderr.write(`${readableStack(thrown.stack ?? '')}\n`);
    }
    return USAGE_CODES.has(error.code) ? 2 : 1;
  }
}

// Node prints the stack as it is, and ends the process; this comes before it.
process.on('uncaughtExceptionMonitor', (error) => {
  process.stderr.write(`${readableStack(error.stack ?? '')}\n`);
});
// A reader that went away (`| head`) is no error.
process.stdout.on('error', () => process.exit(0));
process.exitCode = await main(process.argv.slice(2));
process.exit();
