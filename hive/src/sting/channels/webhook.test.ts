import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { HttpRecorder } from '../testing/http-recorder.ts';
import { httpFailures } from '../testing/http-rig.ts';
import { describeChannel } from './channel.contract.ts';
import { webhookChannel, webhookSignature } from './webhook.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** A receiver that checks as the specification says, and takes nothing else. */
function makeReceiver(): HttpRecorder {
  return new HttpRecorder(({ headers, body }) => {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const key = Buffer.from(SECRET.replace('whsec_', ''), 'base64');
    const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
    return { status: headers['webhook-signature'] === wanted ? 204 : 401 };
  });
}

describeChannel(webhookChannel, async () => {
  const http = await makeReceiver().start();
  return {
    fields: { url: `${http.url}/alerts`, secret: SECRET, privateAddress: true },
    received: () =>
      http.requests.map(({ headers, body }) => ({
        // JSON escapes control characters; what is read back is compared.
        text: body.toString('utf8'),
        key: String(headers['webhook-id']),
      })),
    ...httpFailures(http),
  };
});

test('signs as the example of the Standard Webhooks specification', () => {
  const signature = webhookSignature({
    secret: SECRET,
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    seconds: 1614265330,
    body: '{"test": 2432232314}',
  });
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('a secret without the prefix is taken as it is', () => {
  const signed = { id: 'a', seconds: 1, body: '{}' };
  const mac = createHmac('sha256', 'plain').update('a.1.{}').digest('base64');
  expect(webhookSignature({ ...signed, secret: 'plain' })).toBe(`v1,${mac}`);
});
