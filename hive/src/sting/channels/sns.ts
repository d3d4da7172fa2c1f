/** Amazon SNS: publishes to a topic; on FIFO topics with group and de-duplication id. */
import { CHANNEL_ATTEMPTS_MAX } from '@apiary/common/limits/deliveries.ts';
import { z } from 'zod';
import { resultOf } from './answer.ts';
import { signAwsRequest } from './aws-signature.ts';
import {
  addressField,
  defineChannel,
  type Notification,
  privateAddressField,
  requiredText,
} from './channel.ts';
import { plainText, titleOf } from './text.ts';

/** A message may have 256 KiB; nobody reads that much by SMS or mail. */
const TEXT_CHARS_MAX = 10_000;
const TOPIC = /^arn:aws[\w-]*:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}(\.fifo)?$/;
/** Error codes that come with 4xx and pass all the same. */
const PASSING = /<Code>(Throttl\w*|InternalFailure|RequestExpired|KMSThrottling\w*)<\/Code>/;

/** See the file's head. */
export const snsChannel = defineChannel({
  kind: 'sns',
  title: 'Amazon SNS',
  summary: 'Publishes to an SNS topic: SMS, mail, queues, functions',
  perDevice: false,
  perAlert: false,
  attemptsMax: CHANNEL_ATTEMPTS_MAX,
  fields: z.object({
    topicArn: requiredText('Topic', 'Its ARN: arn:aws:sns:REGION:ACCOUNT:NAME').regex(
      TOPIC,
      'Topic is no ARN of an SNS topic',
    ),
    accessKeyId: requiredText('Access key id', 'Of a user that may publish to the topic.'),
    secretAccessKey: requiredText('Secret access key', 'Belongs to the access key id.'),
    endpoint: addressField('Endpoint', 'Only for an endpoint of your own.').optional(),
    privateAddress: privateAddressField,
  }),
  secrets: ['secretAccessKey'],
  open: (fields, { clock, request }) => {
    const { topicArn, accessKeyId, secretAccessKey, privateAddress } = fields;
    const region = TOPIC.exec(topicArn)?.[1] ?? '';
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const url = new URL(fields.endpoint ?? `https://sns.${region}.${suffix}/`);
    return {
      send: async ({ notification, signal }) => {
        const body = formOf(notification, topicArn);
        const headers = signAwsRequest(
          {
            method: 'POST',
            url,
            body,
            headers: {
              'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
              host: url.host,
            },
          },
          { accessKeyId, secretAccessKey, region, service: 'sns', nowMs: clock.now() },
        );
        const answer = await request({
          method: 'POST',
          url: url.href,
          body,
          headers,
          allowPrivate: privateAddress,
          signal,
        });
        const result = resultOf(answer, clock);
        return result.outcome === 'refused' && PASSING.test(answer.text)
          ? { outcome: 'retry', note: result.note, pausesChannel: true }
          : result;
      },
      close: async () => {},
    };
  },
});

function formOf(notification: Notification, topicArn: string): string {
  const { message, thread, key } = notification;
  // A subject is ASCII, without line breaks, of at most 100 characters.
  const subject = titleOf(message, 300)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 99)
    .trim();
  return new URLSearchParams({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: topicArn,
    Subject: subject,
    Message: plainText(notification, TEXT_CHARS_MAX),
    ...(topicArn.endsWith('.fifo') && { MessageGroupId: thread, MessageDeduplicationId: key }),
    ...attribute(1, 'severity', message.severity),
    ...attribute(2, 'kind', message.kind),
    ...attribute(3, 'key', key),
  }).toString();
}

function attribute(number: number, name: string, value: string): Record<string, string> {
  const entry = `MessageAttributes.entry.${number}`;
  return {
    [`${entry}.Name`]: name,
    [`${entry}.Value.DataType`]: 'String',
    [`${entry}.Value.StringValue`]: value,
  };
}
