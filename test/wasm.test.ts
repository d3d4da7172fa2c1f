import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { compileRows, rowsModule } from '../scripts/wasm-build.ts';

it('the compiled loops are what hive/assembly says: else run `node scripts/apiary.ts wasm`', async () => {
  expect(readFileSync(rowsModule, 'utf8')).toBe(await compileRows());
});
