import { expect, test } from '@jest/globals';
import { HttpRecorder, type Recorded } from '../testing/http-recorder.ts';
import { httpFailures } from '../testing/http-rig.ts';
import { makeNotification } from '../testing/notifications.ts';
import { signAwsRequest } from './aws-signature.ts';
import { describeChannel, testEnvironment } from './channel.contract.ts';
import { snsChannel } from './sns.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alerts.fifo';
const signer = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

/** A topic that checks the signature from what arrived. */
function makeTopic(): HttpRecorder {
  return new HttpRecorder((request) => {
    const form = new URLSearchParams(request.body.toString('utf8'));
    if (!isSigned(request)) return { status: 403, body: '<Code>SignatureDoesNotMatch</Code>' };
    const isSound =
      form.get('Action') === 'Publish' &&
      form.get('TopicArn') === TOPIC &&
      /^[\x20-\x7e]{1,99}$/.test(form.get('Subject') ?? '') &&
      Buffer.byteLength(form.get('Message') ?? '') <= 256 * 1024;
    const body = '<PublishResponse><MessageId>1</MessageId></PublishResponse>';
    return isSound ? { status: 200, body } : { status: 400, body: '<Code>InvalidParameter</Code>' };
  });
}

function isSigned({ method, url, headers, body }: Recorded): boolean {
  const time = String(headers['x-amz-date']);
  const iso = time.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
  const signed = signAwsRequest(
    {
      method,
      url,
      body: body.toString('utf8'),
      headers: { 'content-type': String(headers['content-type']), host: String(headers.host) },
    },
    { ...signer, region: 'eu-central-1', service: 'sns', nowMs: Date.parse(iso) },
  );
  return signed.authorization === headers.authorization;
}

const fields = (endpoint: string) => ({
  topicArn: TOPIC,
  ...signer,
  endpoint,
  privateAddress: true,
});

describeChannel(snsChannel, async () => {
  const http = await makeTopic().start();
  return {
    fields: fields(http.url),
    received: () =>
      http.requests.map(({ body }) => {
        const form = new URLSearchParams(body.toString('utf8'));
        const key = form.get('MessageDeduplicationId') ?? undefined;
        return { text: `${form.get('Subject')}\n${form.get('Message')}`, key };
      }),
    ...httpFailures(http),
  };
});

test('signs as the example of AWS’s documentation', () => {
  const { authorization } = signAwsRequest(
    {
      method: 'GET',
      url: new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'),
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        host: 'iam.amazonaws.com',
      },
      body: '',
    },
    {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      region: 'us-east-1',
      service: 'iam',
      nowMs: Date.parse('2015-08-30T12:36:00Z'),
    },
  );
  expect(authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
      'SignedHeaders=content-type;host;x-amz-date, ' +
      'Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  );
});

test('throttling comes with status 400 and is tried again all the same', async () => {
  const http = await makeTopic().start();
  http.failNext({ status: 400, body: '<Error><Code>Throttling</Code></Error>' });
  const channel = snsChannel.open(fields(http.url), testEnvironment());
  const signal = new AbortController().signal;
  const notification = makeNotification();
  const order = { notification, device: undefined, memory: {}, isFirst: true, signal };
  expect(await channel.send(order)).toMatchObject({ outcome: 'retry', pausesChannel: true });
  await http.stop();
});
