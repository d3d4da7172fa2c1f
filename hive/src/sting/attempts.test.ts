import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WriteFault } from './testing/failing-documents.ts';
import { HttpRecorder, jsonOf } from './testing/http-recorder.ts';
import { makeMessage } from './testing/notifications.ts';
import { StingRig } from './testing/sting-rig.ts';

const STEP_MS = 100;

describe('an attempt while the store is away', () => {
  let rig: StingRig;
  let http: HttpRecorder;

  beforeEach(async () => {
    rig = await StingRig.create();
    http = await new HttpRecorder(() => ({ status: 200, body: 'ok' })).start();
  });

  afterEach(async () => {
    await http.stop();
    await rig.close();
  });

  const takenOver = () => rig.logged.filter(({ event }) => event === 'delivery.outcome-taken-over');

  async function delivered(faults: WriteFault[]) {
    await rig.start(faults);
    await rig.addWebhook('ops', http.url);
    await rig.publish(makeMessage());
    return await rig.passing(STEP_MS, async () =>
      (await rig.deliveries()).find(({ state }) => state === 'delivered'),
    );
  }

  test.each<[string, WriteFault[]]>([
    ['is not claimed, and claimed as soon as it can be', ['refused', 'refused']],
    ['was claimed although the answer was lost', ['answer-lost']],
    ['was claimed once more after a lost answer and a refusal', ['answer-lost', 'refused']],
    ['keeps its outcome until it is written', [undefined, ...Array(8).fill('refused')]],
    ['had its outcome written although the answer was lost', [undefined, 'answer-lost']],
  ])('%s', async (_, faults) => {
    const { attempts } = await delivered(faults);
    expect(attempts).toMatchObject([{ outcome: 'sent' }]);
    expect(http.requests).toHaveLength(1);
  });

  test('is tried again in time where its failure was written and the answer was lost', async () => {
    http.failNext({ status: 500 });
    const { attempts } = await delivered([undefined, 'answer-lost']);
    expect(http.requests).toHaveLength(1);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['retry', 'sent']);
  });

  test('does not keep an instance from stopping', async () => {
    const sting = await rig.start([undefined, ...Array(1_000).fill('refused')]);
    await rig.addWebhook('ops', http.url);
    await rig.publish(makeMessage());
    await rig.until(() => (http.requests.length === 1 ? true : undefined));
    await sting.stop();
    const [left] = await rig.model.deliveries.find();
    expect(left?.document).toMatchObject({ state: 'waiting', attempts: [{}] });
    // The next one in the same folder finds what came of it.
    await rig.start();
    await rig.ended(1, 'delivered');
    expect(http.requests).toHaveLength(1);
    expect(takenOver()).toHaveLength(1);
  });

  test('leaves nothing to take over, nor to tell of, where its outcome was written', async () => {
    await delivered([]);
    await rig.start();
    expect(takenOver()).toEqual([]);
    expect(http.requests).toHaveLength(1);
  });
});

describe('the order of an alert', () => {
  test('holds between instances: a resolution waits for what another one has yet to send', async () => {
    const rig = await StingRig.create();
    const http = await new HttpRecorder(() => ({ status: 200, body: 'ok' })).start();
    await rig.start();
    await rig.addWebhook('ops', http.url);
    http.failNext({ status: 500 });
    await rig.publish(makeMessage());
    const { id } = await rig.attempted(1);
    const leaseUntilMs = rig.site.clock.now() + 10_000;
    await rig.model.deliveries.update(id, (each) => each && { ...each, leaseUntilMs });
    const message = makeMessage({ id: 'r', kind: 'resolved', atMs: makeMessage().atMs + 1 });
    await rig.model.notifications.insert({ id: message.id, message });
    // As if it had come to another instance, which died before it tried it.
    for (const { document } of await rig.model.deliveries.find()) {
      await rig.model.deliveries.insert({
        ...document,
        ...{ id: `${document.id}~`, kind: 'resolved', attempts: [], attemptCount: 0 },
        ...{
          message: message.id,
          leaseUntilMs: 0,
          atMs: message.atMs,
          nextMs: rig.site.clock.now() - 60_000,
        },
      });
    }
    await rig.start();
    await rig.passing(STEP_MS, async () =>
      (await rig.deliveries()).every(({ state }) => state === 'delivered') ? true : undefined,
    );
    expect(http.requests.map((request) => jsonOf(request).type)).toEqual([
      'alert.fired',
      'alert.resolved',
    ]);
    await http.stop();
    await rig.close();
  });
});
