import { writeFile } from 'node:fs/promises';
import type { CommandIo } from '../command.ts';
import { compileRows, rowsModule } from '../wasm-build.ts';

/** `./apiary wasm`: compiles the loops of `hive/assembly`. */
export async function run(_argv: readonly string[], io: CommandIo): Promise<number> {
  await writeFile(rowsModule, await compileRows());
  io.stdout.write(`${rowsModule}\n`);
  return 0;
}
