/** Runs one Bee until it is told to end: what `main.ts` and `./apiary bee` share. */
import { type AmqpBus, connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { systemClock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { StatusPort } from '@apiary/common/health/status-server.ts';
import { createLogger, type Logger } from '@apiary/common/log.ts';
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
  const connecting = connectBus({
    url: run.broker,
    name: 'bee',
    declareTopology: false,
    log,
    ...(run.brokerCa !== undefined && { tls: { ca: run.brokerCa } }),
  });
  const bus = await Promise.race([connecting, ended]);
  if (!bus) return;
  const bee = new Bee({
    bus,
    clock: systemClock,
    log,
    dataFolder: run.dataFolder,
    allow: run.allow,
    checks: run.checks,
    listen: run.listen,
    tls: run.tls,
    facts: () => findFacts(VERSION),
  });
  try {
    await bee.start();
    const status = run.statusPort && (await tellStatus(bee, bus, run.statusPort, log));
    onReady();
    await ended;
    await status?.stop();
    await bee.stop();
  } finally {
    await bus.close();
  }
}

/** Loaded only where it is asked for: most Bees open no port, and need none of it in memory. */
async function tellStatus(bee: Bee, bus: AmqpBus, listen: StatusPort, log: Logger) {
  const { StatusServer } = await import('@apiary/common/health/status-server.ts');
  const { Metrics } = await import('@apiary/common/metrics.ts');
  const { registerBeeMetrics } = await import('./bee-metrics.ts');
  const metrics = new Metrics();
  metrics.addProcessFigures();
  registerBeeMetrics(metrics, bee, bus);
  const ready = async () => {
    if (bus.state !== 'connected') {
      throw new AppError('bus-lost', 'The connection to the broker is being re-made.');
    }
    if (bee.approval === 'approved') return;
    throw new AppError('agent-not-approved', `The Hive says: ${bee.approval ?? 'nothing yet'}.`);
  };
  const status = new StatusServer({ listen, metrics, log, ready });
  await status.start();
  return status;
}
