/** Asks questions of a store; see `resident.ts`. The kernel keeps the peak: no sample can miss it. Linux. */
import { readFileSync } from 'node:fs';
import { Engine, type Question } from './engine.ts';

function residentMb(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

const [folder = '', questions = '[]'] = process.argv.slice(2);
const engine = await Engine.open(folder);
const before = residentMb('VmRSS');
// As `extraResidentMb` wrote it.
for (const question of JSON.parse(questions) as Question[]) {
  engine.cool();
  await engine.ask(question);
}
const peak = residentMb('VmHWM');
await engine.close();
process.stdout.write(String(peak - before));
