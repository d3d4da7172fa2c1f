/**
 * Slack, by an incoming webhook or by a bot. A bot keeps one message for each alert: repeats go into its
 * thread, the resolution edits it. Log lines travel as preformatted rich text, in which nothing is markup.
 */
import { CAREFUL_ATTEMPTS_MAX } from '@apiary/common/limits/deliveries.ts';
import { z } from 'zod';
import { resultOf } from './answer.ts';
import {
  addressField,
  type Channel,
  type ChannelEnvironment,
  defineChannel,
  privateAddressField,
  type SendOrder,
  type SendResult,
} from './channel.ts';
import { blocksOf, fallbackOf } from './slack-blocks.ts';

const fields = z.object({
  method: z.enum(['webhook', 'bot']).default('webhook').meta({
    title: 'Way',
    description: 'A webhook posts only; a bot also threads repeats and edits what is resolved.',
  }),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional()
    .meta({
      title: 'Webhook address',
      description: 'Of an incoming webhook: https://hooks.slack.com/services/…',
    }),
  botToken: z.string().max(1024).optional().meta({
    title: 'Bot token',
    description: 'xoxb-…, with the scope chat:write.',
  }),
  channel: z.string().max(128).optional().meta({
    title: 'Channel',
    description: 'For a bot: a channel’s id or #name; invite the bot there.',
  }),
  apiUrl: addressField('API address', 'Slack’s own, unless you run a gateway.').default(
    'https://slack.com/api/',
  ),
  privateAddress: privateAddressField,
});
type SlackFields = z.output<typeof fields>;

/** What chat.postMessage and chat.update answer. */
const answerSchema = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  channel: z.string().optional(),
  ts: z.string().optional(),
});
/** Slack's own troubles, as `error` of an answer with status 200. */
const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
]);

/** See the file's head. */
export const slackChannel = defineChannel({
  kind: 'slack',
  title: 'Slack',
  summary: 'Posts into a channel',
  perDevice: false,
  perAlert: false,
  attemptsMax: CAREFUL_ATTEMPTS_MAX,
  fields: fields.refine(
    ({ method, webhookUrl, botToken, channel }) =>
      method === 'webhook' ? webhookUrl !== undefined : Boolean(botToken && channel),
    'a webhook needs its address; a bot its token and a channel',
  ),
  secrets: ['webhookUrl', 'botToken'],
  open: (settings, environment) =>
    settings.method === 'bot' ? bot(settings, environment) : webhook(settings, environment),
});

function webhook(settings: SlackFields, { clock, request }: ChannelEnvironment): Channel {
  return {
    send: async ({ notification, signal }) => {
      const answer = await request({
        method: 'POST',
        url: settings.webhookUrl ?? '',
        body: JSON.stringify({
          text: fallbackOf(notification.message),
          blocks: blocksOf(notification),
        }),
        allowPrivate: settings.privateAddress,
        signal,
        headers: { 'content-type': 'application/json' },
      });
      return resultOf(answer, clock);
    },
    close: async () => {},
  };
}

function bot(settings: SlackFields, { clock, request }: ChannelEnvironment): Channel {
  const call = async (method: string, body: unknown, signal: AbortSignal): Promise<SendResult> => {
    const answer = await request({
      method: 'POST',
      url: new URL(method, settings.apiUrl.replace(/\/?$/, '/')).href,
      body: JSON.stringify(body),
      allowPrivate: settings.privateAddress,
      signal,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        authorization: `Bearer ${settings.botToken}`,
      },
    });
    const result = resultOf(answer, clock);
    return result.outcome === 'sent' ? readAnswer(answer.text) : result;
  };
  return {
    send: async (order) => {
      const { method, body } = callOf(order, settings.channel ?? '');
      const result = await call(method, body, order.signal);
      // The first message is the thread; answers in it must not take its place.
      return result.outcome === 'sent' && order.memory.ts !== undefined
        ? { outcome: 'sent', note: result.note }
        : result;
    },
    close: async () => {},
  };
}

/** Which method of the Web API tells it. */
function callOf({ notification, memory }: SendOrder, channel: string) {
  const { message, key } = notification;
  const content = { text: fallbackOf(message), blocks: blocksOf(notification) };
  const { ts } = memory;
  if (ts === undefined) {
    const metadata = { event_type: 'apiary_alert', event_payload: { key, alert: message.alert } };
    return {
      method: 'chat.postMessage',
      body: { channel, ...content, metadata, unfurl_links: false, unfurl_media: false },
    };
  }
  const place = memory.channel ?? channel;
  if (message.kind === 'resolved') {
    return { method: 'chat.update', body: { channel: place, ts, ...content } };
  }
  return {
    method: 'chat.postMessage',
    body: {
      channel: place,
      thread_ts: ts,
      // Nobody reacted: the channel shall see it, not the thread alone.
      reply_broadcast: message.kind === 'escalated',
      ...content,
    },
  };
}

function readAnswer(text: string): SendResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const answer = answerSchema.safeParse(value);
  if (!answer.success) return { outcome: 'retry', note: 'the answer is not Slack’s' };
  const { ok, error = 'unknown error', ts, channel } = answer.data;
  if (ok) {
    const memory = ts === undefined ? {} : { ts, ...(channel && { channel }) };
    return { outcome: 'sent', note: `ok ${ts ?? ''}`.trim(), memory };
  }
  if (PASSING.has(error)) return { outcome: 'retry', note: error, pausesChannel: true };
  return { outcome: 'refused', note: error };
}
