/**
 * A process with many real Bees, each with its own key, connection and checkpoint: `BROKER FOLDER FIRST COUNT`. All
 * of them may read FOLDER/logs, as if each host had a file of that name. Says `ready` over IPC.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bee } from '@apiary/bee/bee.ts';
import { findFacts } from '@apiary/bee/facts.ts';
import { connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { systemClock } from '@apiary/common/clock.ts';
import { createSilentLogger } from '@apiary/common/log.ts';

const [broker = '', folder = '', first = '0', count = '0'] = process.argv.slice(2);
/** Connections that are made at once: a thousand at the same instant is not what a site sees. */
const AT_ONCE = 10;

async function startOne(number: number): Promise<void> {
  const name = `bee-${String(number).padStart(4, '0')}`;
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  const log = createSilentLogger();
  const bus = await connectBus({ url: broker, name, declareTopology: false, log });
  const bee = new Bee({
    bus,
    clock: systemClock,
    log,
    dataFolder: join(home, 'data'),
    allow: [join(folder, 'logs')],
    facts: () => ({ ...findFacts('bench'), hostName: name }),
  });
  await bee.start();
}

process.on('disconnect', () => process.exit(0));

const numbers = Array.from({ length: Number(count) }, (_, n) => Number(first) + n);
const rest = numbers[Symbol.iterator]();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const number of rest) await startOne(number);
  }),
);
process.send?.({ ready: numbers.length });
