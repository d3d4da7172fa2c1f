/** The embedded broker against unmodified amqplib. */
import { afterAll, beforeAll } from '@jest/globals';
import { describeBroker } from './broker.contract.ts';
import { EmbeddedBroker } from './testing/embedded.ts';

let embedded: EmbeddedBroker | undefined;

beforeAll(async () => {
  embedded = await EmbeddedBroker.start();
});

afterAll(async () => {
  await embedded?.dispose();
});

describeBroker('embedded', async () => ({ url: embedded?.url ?? '' }));
