/** Everything that `bus.ts` promises, as a suite that runs against any broker. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import { BusBench, type MakeBroker, type TestBroker } from '../testing/bus-bench.ts';
import { describeEvents, describeLive } from './live.contract.ts';
import { describePublishing } from './publish.contract.ts';
import { describeRecovery } from './recovery.contract.ts';
import { describeCalls, describeStreams } from './rpc.contract.ts';

/** RabbitMQ takes its time to start where the machine is busy. */
const BROKER_START_MS = 120_000;

/** Registers the suite; the broker is made once and stopped at its end. */
export function describeBus(name: string, makeBroker: MakeBroker): void {
  describe(`the bus on ${name}`, () => {
    let broker: TestBroker | undefined;
    let bench: BusBench | undefined;
    const present = (): BusBench => {
      if (!bench) throw new Error('There is no broker.');
      return bench;
    };

    beforeAll(async () => {
      broker = await makeBroker();
    }, BROKER_START_MS);
    beforeEach(() => {
      if (broker) bench = new BusBench(broker);
    });
    afterEach(async () => {
      await bench?.close();
    });
    afterAll(async () => {
      await broker?.stop();
    }, BROKER_START_MS);

    describe('publishing and consuming', () => describePublishing(present));
    describe('lost connections', () => describeRecovery(present));
    describe('calls', () => describeCalls(present));
    describe('streams', () => describeStreams(present));
    describe('events', () => describeEvents(present));
    describe('live results', () => describeLive(present));
  });
}
