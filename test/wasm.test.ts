import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { compileModule, wasmModules } from '../scripts/wasm-build.ts';

it.each(wasmModules)(
  'what $source compiles to is in the repository: else run `node scripts/apiary.ts wasm`',
  async (module) => {
    expect(readFileSync(module.path, 'utf8')).toBe(await compileModule(module));
  },
);
