/** Asks questions of a store; see `resident.ts`. The kernel keeps the peak: no sample can miss it. Linux. */
import { Engine, type Question } from './engine.ts';
import { processMb } from './resident.ts';

const [folder = '', questions = '[]'] = process.argv.slice(2);
const engine = await Engine.open(folder);
const before = processMb('VmRSS');
// As `extraResidentMb` wrote it.
for (const question of JSON.parse(questions) as Question[]) {
  engine.cool();
  await engine.ask(question);
}
const peak = processMb('VmHWM');
await engine.close();
process.stdout.write(String(peak - before));
