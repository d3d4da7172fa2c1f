import { expect, test } from '@jest/globals';
import { HttpRecorder, jsonAnswer, jsonOf } from '../testing/http-recorder.ts';
import { httpFailures } from '../testing/http-rig.ts';
import { makeNotification } from '../testing/notifications.ts';
import { describeChannel, testEnvironment } from './channel.contract.ts';
import { pagerdutyChannel } from './pagerduty.ts';

const ROUTING_KEY = 'R'.repeat(32);

/** Incidents by de-duplication key, as the Events API v2 keeps them. */
class PagerDuty {
  readonly incidents = new Map<string, 'triggered' | 'acknowledged' | 'resolved'>();
  readonly http = new HttpRecorder((request) => {
    const event = jsonOf(request);
    const payload = JSON.stringify(event.payload);
    if (request.url.pathname !== '/v2/enqueue') return { status: 404 };
    const isSound =
      event.routing_key === ROUTING_KEY &&
      /"summary":"[^"]/.test(payload) &&
      /"source":"[^"]/.test(payload) &&
      /"severity":"(info|warning|error|critical)"/.test(payload);
    if (!isSound) return jsonAnswer(400, { status: 'invalid event' });
    const key = String(event.dedup_key);
    if (event.event_action === 'trigger') {
      if (this.incidents.get(key) !== 'acknowledged') this.incidents.set(key, 'triggered');
    } else this.incidents.set(key, event.event_action === 'resolve' ? 'resolved' : 'acknowledged');
    return jsonAnswer(202, { status: 'success', dedup_key: key });
  });
}

const fields = (url: string) => ({ routingKey: ROUTING_KEY, url, privateAddress: true });

describeChannel(pagerdutyChannel, async () => {
  const { http } = new PagerDuty();
  await http.start();
  return {
    fields: fields(http.url),
    received: () =>
      http.requests.map(jsonOf).map(({ payload, dedup_key }) => ({
        text: JSON.stringify(payload),
        key: String(dedup_key),
      })),
    ...httpFailures(http),
  };
});

test('an alert is one incident from its beginning to its end', async () => {
  const duty = new PagerDuty();
  await duty.http.start();
  const channel = pagerdutyChannel.open(fields(duty.http.url), testEnvironment());
  const signal = new AbortController().signal;
  const states: unknown[] = [];
  for (const kind of ['fired', 'repeated', 'acknowledged', 'resolved'] as const) {
    const notification = makeNotification({ kind, id: kind });
    await channel.send({ notification, device: undefined, memory: {}, isFirst: true, signal });
    states.push([...duty.incidents.values()]);
  }
  await duty.http.stop();
  expect(states).toEqual([['triggered'], ['triggered'], ['acknowledged'], ['resolved']]);
});
