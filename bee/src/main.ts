import { toAppError } from '@apiary/common/errors.ts';
import { beginUnoptimized } from './optimization.ts';
import { runBee } from './run.ts';
import { beeHelp, readBeeSettings } from './settings.ts';

beginUnoptimized();
// Files are synced one after another, and names are resolved by one thread at most: of four, two would only take memory.
process.env.UV_THREADPOOL_SIZE ??= '2';

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) {
    process.stdout.write(`${beeHelp()}\n`);
    return 0;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort());
  }
  try {
    const run = readBeeSettings(argv, process.env, process.getuid?.() === 0);
    await runBee(run, stopping.signal, () => undefined);
    return 0;
  } catch (error) {
    const { code, message } = toAppError(error);
    process.stderr.write(`bee: ${message}\n`);
    return code === 'setting-invalid' || code === 'store-in-use' ? 2 : 1;
  }
}

main().then((code) => process.exit(code));
