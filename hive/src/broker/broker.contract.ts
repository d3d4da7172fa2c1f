/** What clients may expect of the broker: true of RabbitMQ 3.10 and of the embedded one. */
import { afterEach, beforeEach, describe } from '@jest/globals';
import { describeAcknowledgements, describeConsumers } from './contract/delivery.contract.ts';
import { describeConnections, describeErrors } from './contract/errors.contract.ts';
import { describeDeadLetters, describeLimits } from './contract/limits.contract.ts';
import { describeConfirms, describeReplies } from './contract/publish.contract.ts';
import { describeQueues, describeRouting } from './contract/topology.contract.ts';
import { type Locate, Session } from './testing/session.ts';

/** Gives the session of the test that runs. */
export type Present = () => Session;

/** Registers the suite, with names of its own for every test. */
export function describeBroker(name: string, connect: Locate): void {
  describe(`the broker: ${name}`, () => {
    let session: Session | undefined;
    const present: Present = () => {
      if (!session) throw new Error('There is no session.');
      return session;
    };

    beforeEach(async () => {
      session = new Session((await connect()).url);
    });
    afterEach(async () => {
      await session?.close();
    });

    describe('connections', () => describeConnections(present));
    describe('queues', () => describeQueues(present));
    describe('routing', () => describeRouting(present));
    describe('consumers', () => describeConsumers(present));
    describe('acknowledgements', () => describeAcknowledgements(present));
    describe('confirms', () => describeConfirms(present));
    describe('direct reply-to', () => describeReplies(present));
    describe('dead letters', () => describeDeadLetters(present));
    describe('limits', () => describeLimits(present));
    describe('errors', () => describeErrors(present));
  });
}
