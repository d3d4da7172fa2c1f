import type { CommandIo } from '../command.ts';
import { buildWeb, webIsBuilt } from '../web-build.ts';
import { run as runHive } from './hive.ts';

/** `./apiary queen`: the web front end alone. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (!argv.includes('--help') && !webIsBuilt()) {
    io.stderr.write('apiary: building the web UI…\n');
    await buildWeb();
  }
  return await runHive(['queen', ...argv], io);
}
