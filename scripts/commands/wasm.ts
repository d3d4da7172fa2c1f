import { writeFile } from 'node:fs/promises';
import type { CommandIo } from '../command.ts';
import { compileModule, wasmModules } from '../wasm-build.ts';

/** `./apiary wasm`: compiles the loops of `hive/assembly`. */
export async function run(_argv: readonly string[], io: CommandIo): Promise<number> {
  for (const module of wasmModules) {
    await writeFile(module.path, await compileModule(module));
    io.stdout.write(`${module.path}\n`);
  }
  return 0;
}
