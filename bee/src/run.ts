/** Runs one Bee until it is told to end: what `main.ts` and `./apiary bee` share. */
import { connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { systemClock } from '@apiary/common/clock.ts';
import { createLogger } from '@apiary/common/log.ts';
import { VERSION } from '@apiary/common/version.ts';
import { Bee } from './bee.ts';
import { findFacts } from './facts.ts';
import type { BeeRun } from './settings.ts';

/**
 * Connects (trying for ever), runs, and stops when `signal` is aborted.
 *
 * @param onReady called once it watches and listens
 * @throws AppError `folder-unusable`
 */
export async function runBee(run: BeeRun, signal: AbortSignal, onReady: () => void): Promise<void> {
  const log = createLogger('bee', run.logLevel);
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const connecting = connectBus({ url: run.broker, name: 'bee', declareTopology: false, log });
  const bus = await Promise.race([connecting, ended]);
  if (!bus) return;
  const bee = new Bee({
    bus,
    clock: systemClock,
    log,
    dataFolder: run.dataFolder,
    allow: run.allow,
    checks: run.checks,
    facts: () => findFacts(VERSION),
  });
  try {
    await bee.start();
    onReady();
    await ended;
    await bee.stop();
  } finally {
    await bus.close();
  }
}
