import { expect, test } from '@jest/globals';
import { HttpRecorder, jsonAnswer, jsonOf } from '../testing/http-recorder.ts';
import { httpFailures } from '../testing/http-rig.ts';
import { makeNotification } from '../testing/notifications.ts';
import { describeChannel, testEnvironment } from './channel.contract.ts';
import { ntfyChannel } from './ntfy.ts';

/** A server as docs.ntfy.sh describes publishing as JSON; the topic is protected by a token. */
function makeServer(): HttpRecorder {
  return new HttpRecorder((request) => {
    const body = jsonOf(request);
    if (request.headers.authorization !== 'Bearer tk_good') return jsonAnswer(403, { code: 40301 });
    const isSound =
      request.url.pathname === '/' &&
      body.topic === 'apiary-alerts' &&
      Buffer.byteLength(String(body.message)) <= 4096 &&
      Number(body.priority) >= 1 &&
      Number(body.priority) <= 5 &&
      Array.isArray(body.actions) &&
      body.actions.length <= 3;
    return isSound ? jsonAnswer(200, { id: 'x', event: 'message' }) : jsonAnswer(400, {});
  });
}

const fields = (http: HttpRecorder) => ({
  server: http.url,
  topic: 'apiary-alerts',
  token: 'tk_good',
  privateAddress: true,
});

describeChannel(ntfyChannel, async () => {
  const http = await makeServer().start();
  return {
    fields: fields(http),
    received: () =>
      http.requests.map(jsonOf).map(({ title, message, sequence_id }) => ({
        text: `${title}\n${message}`,
        key: String(sequence_id),
      })),
    ...httpFailures(http),
  };
});

test('a critical alert is urgent, its end is not; buttons open, acknowledge and silence', async () => {
  const http = await makeServer().start();
  const channel = ntfyChannel.open(fields(http), testEnvironment());
  const signal = new AbortController().signal;
  const order = { device: undefined, memory: {}, isFirst: true, signal };
  await channel.send({ ...order, notification: makeNotification() });
  const resolved = {
    ...makeNotification({ kind: 'resolved', id: 'r' }),
    acknowledgeUrl: undefined,
    silenceUrl: undefined,
  };
  await channel.send({ ...order, notification: resolved });
  await http.stop();
  const [first, second] = http.requests.map(jsonOf);
  expect(first).toMatchObject({ priority: 5, click: 'https://apiary.example/search?q=disk' });
  expect(first?.actions).toMatchObject([
    { label: 'Open' },
    { label: 'Acknowledge', url: 'https://apiary.example/a/ack-token' },
    { label: 'Silence' },
  ]);
  expect(second).toMatchObject({ priority: 3, tags: ['white_check_mark'] });
  expect(second?.actions).toMatchObject([{ label: 'Open' }]);
});
