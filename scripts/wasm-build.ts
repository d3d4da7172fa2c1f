/** Compiles `hive/assembly`, which is AssemblyScript, to WebAssembly in a module of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './data-folder.ts';

const COMPILED = 'hive/src/honeycomb/chunk/columnar/compiled';

/** What is compiled, and the modules where programs find it. */
export const wasmModules = [
  { source: 'hive/assembly/rows.ts', name: 'ROWS_WASM', path: `${COMPILED}/rows-wasm.ts` },
  { source: 'hive/assembly/times.ts', name: 'TIMES_WASM', path: `${COMPILED}/times-wasm.ts` },
  { source: 'hive/assembly/split/split.ts', name: 'SPLIT_WASM', path: `${COMPILED}/split-wasm.ts` },
].map((module) => ({ ...module, path: join(projectRoot, module.path) }));

const COMPILER = 'node_modules/assemblyscript/bin/asc.js';
/** No allocator and no checks: the loops allocate nothing, and are given places that they check themselves. */
const FLAGS = '-O3 --enable simd --runtime stub --noAssert --use abort= --importMemory'.split(' ');

/**
 * The text of the module; the same for the same sources on every machine.
 *
 * @throws Error with the compiler's words
 */
export async function compileModule({
  source,
  name,
}: {
  readonly source: string;
  readonly name: string;
}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'apiary-wasm-'));
  try {
    const out = join(folder, 'module.wasm');
    const argv = [COMPILER, source, '-o', out, ...FLAGS];
    await promisify(execFile)(process.execPath, argv, { cwd: projectRoot });
    const wasm = await readFile(out, 'base64');
    return [
      `/** \`${source}\`, compiled by \`./apiary wasm\`; do not edit. */`,
      `export const ${name} =\n  '${wasm}';\n`,
    ].join('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
