import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { httpFailures } from '../testing/http-rig.ts';
import { makeNotification } from '../testing/notifications.ts';
import { SlackServer } from '../testing/slack-server.ts';
import { describeChannel, testEnvironment } from './channel.contract.ts';
import type { ChannelMemory } from './channel.ts';
import { slackChannel } from './slack.ts';

const botFields = (server: SlackServer) => ({
  method: 'bot',
  botToken: 'xoxb-good',
  channel: '#ops',
  apiUrl: `${server.http.url}/api/`,
  privateAddress: true,
});
const received = (server: SlackServer) => () =>
  server.messages.map(({ text, content }) => ({ text: `${text}\n${content}`, key: undefined }));

describeChannel(slackChannel, async () => {
  const server = new SlackServer();
  await server.http.start();
  const webhookUrl = `${server.http.url}/services/T0/B0/hook`;
  return {
    fields: { method: 'webhook', webhookUrl, privateAddress: true },
    received: received(server),
    ...httpFailures(server.http),
  };
});

describeChannel(slackChannel, async () => {
  const server = new SlackServer();
  await server.http.start();
  return {
    fields: botFields(server),
    received: received(server),
    ...httpFailures(server.http),
  };
});

describe('a Slack bot', () => {
  let server: SlackServer;
  beforeEach(async () => {
    server = new SlackServer();
    await server.http.start();
  });
  afterEach(async () => {
    await server.http.stop();
  });

  async function send(kind: 'fired' | 'repeated' | 'resolved', memory: ChannelMemory, over = {}) {
    const channel = slackChannel.open({ ...botFields(server), ...over }, testEnvironment());
    const notification = makeNotification({ kind, id: kind });
    const signal = new AbortController().signal;
    return await channel.send({ notification, device: undefined, memory, isFirst: true, signal });
  }

  test('threads repeats, and edits the first message when it is over', async () => {
    const fired = await send('fired', {});
    const memory = fired.outcome === 'sent' ? (fired.memory ?? {}) : {};
    expect(memory).toEqual({ ts: '1750000000.000001', channel: 'C0OPS' });
    const repeated = await send('repeated', memory);
    expect(repeated).toMatchObject({ outcome: 'sent' });
    expect(repeated).not.toHaveProperty('memory');
    await send('resolved', memory);
    expect(server.messages).toMatchObject([
      { thread: undefined, edited: true },
      { thread: '1750000000.000001', edited: false },
    ]);
    expect(server.messages[0]?.text).toBe(':white_check_mark: Resolved: Disk full on web-1');
  });

  test('markup in a title is shown, not obeyed', async () => {
    const channel = slackChannel.open(botFields(server), testEnvironment());
    const notification = makeNotification({ title: '<!channel> & <@U1>' });
    const signal = new AbortController().signal;
    await channel.send({ notification, device: undefined, memory: {}, isFirst: true, signal });
    expect(server.messages[0]?.text).toContain('&lt;!channel&gt; &amp; &lt;@U1&gt;');
    expect(server.messages[0]?.content).toContain('rich_text_preformatted');
  });

  test('a wrong token or channel is refused in Slack’s words', async () => {
    const note = async (over: object) => await send('fired', {}, over);
    expect(await note({ botToken: 'xoxb-bad' })).toEqual({
      outcome: 'refused',
      note: 'invalid_auth',
    });
    expect(await note({ channel: '#no' })).toEqual({
      outcome: 'refused',
      note: 'channel_not_found',
    });
  });
});
