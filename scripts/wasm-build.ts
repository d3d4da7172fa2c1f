/** Compiles `hive/assembly`, which is AssemblyScript, to WebAssembly in a module of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './data-folder.ts';

/** Where programs find what {@link compileRows} gives. */
export const rowsModule = join(
  projectRoot,
  'hive/src/honeycomb/chunk/columnar/compiled/rows-wasm.ts',
);

const COMPILER = 'node_modules/assemblyscript/bin/asc.js';
/** No allocator and no checks: the loops allocate nothing, and are given places that they check themselves. */
const FLAGS = '-O3 --enable simd --runtime stub --noAssert --use abort= --importMemory'.split(' ');

/**
 * The text of the module; the same for the same sources on every machine.
 *
 * @throws Error with the compiler's words
 */
export async function compileRows(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'apiary-wasm-'));
  try {
    const out = join(folder, 'rows.wasm');
    const argv = [COMPILER, 'hive/assembly/rows.ts', '-o', out, ...FLAGS];
    await promisify(execFile)(process.execPath, argv, { cwd: projectRoot });
    const wasm = await readFile(out, 'base64');
    return [
      '/** `hive/assembly/rows.ts`, compiled by `./apiary wasm`; do not edit. */',
      `export const ROWS_WASM =\n  '${wasm}';\n`,
    ].join('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
