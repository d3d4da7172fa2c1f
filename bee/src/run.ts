/** Runs one Bee until it is told to end: what `main.ts` and `./apiary bee` share. */
import { type AmqpBus, openBus } from '@apiary/common/bus/amqp-bus.ts';
import { EXCHANGE } from '@apiary/common/bus/topology.ts';
import { systemClock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { StatusPort } from '@apiary/common/health/status-server.ts';
import { createLogger, type Logger } from '@apiary/common/log.ts';
import { VERSION } from '@apiary/common/version.ts';
import { Bee } from './bee.ts';
import { findFacts } from './facts.ts';
import { IdleMemory } from './idle-memory.ts';
import { Optimization } from './optimization.ts';
import type { BeeRun } from './settings.ts';

/**
 * Runs, connecting meanwhile (trying for ever), and stops when `signal` is aborted. Without a broker it watches
 * and listens all the same: rotations are followed, and what comes is spooled.
 *
 * @param onReady called once it watches, listens and is connected
 * @throws AppError `folder-unusable`
 */
export async function runBee(run: BeeRun, signal: AbortSignal, onReady: () => void): Promise<void> {
  const log = createLogger('bee', run.logLevel);
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const { bus, connected } = openBus({
    url: run.broker,
    name: 'bee',
    declareTopology: false,
    log,
    ...(run.brokerCa !== undefined && { tls: { ca: run.brokerCa } }),
  });
  for (const exchange of [EXCHANGE.fromAgents, EXCHANGE.blocks]) bus.prepare(exchange);
  // Where it fails the Bee has been stopped, or could not start.
  connected.catch(() => undefined);
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
    const started = bee.start();
    await Promise.race([Promise.all([started, connected]), ended]);
    // Stopped while it waits for a broker, it fails.
    started.catch(() => undefined);
    if (!signal.aborted) {
      const rest = new IdleMemory(systemClock, bee.ledger);
      const optimization = new Optimization(systemClock, bee.ledger);
      const status = run.statusPort && (await tellStatus(bee, bus, run.statusPort, log));
      onReady();
      await ended;
      rest.stop();
      optimization.stop();
      await status?.stop();
    }
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
