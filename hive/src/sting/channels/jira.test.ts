import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { httpFailures } from '../testing/http-rig.ts';
import { JiraServer } from '../testing/jira-server.ts';
import { makeNotification } from '../testing/notifications.ts';
import { describeChannel, testEnvironment } from './channel.contract.ts';
import { jiraChannel } from './jira.ts';

const cloud = { deployment: 'cloud', email: 'ada@example.com', token: 'good' };
const dataCenter = { deployment: 'data-center', token: 'good' };

describeChannel(jiraChannel, async () => {
  const server = new JiraServer();
  await server.http.start();
  return {
    fields: { url: server.http.url, project: 'OPS', privateAddress: true, ...cloud },
    received: () =>
      server.issues.flatMap(({ summary, description, comments, labels }) => [
        { text: `${summary}\n${description}`, key: labels[1] },
        ...comments.map((text) => ({ text, key: /apiary (\w+)$/.exec(text)?.[1] })),
      ]),
    ...httpFailures(server.http),
  };
});

describe.each([
  ['Cloud', cloud],
  ['Data Center', dataCenter],
])('Jira %s', (_, edition) => {
  let server: JiraServer;
  beforeEach(async () => {
    server = new JiraServer();
    await server.http.start();
  });
  afterEach(async () => {
    await server.http.stop();
  });

  async function send(
    kind: 'fired' | 'repeated' | 'resolved',
    over: { id?: string; isFirst?: boolean; fields?: object } = {},
  ) {
    const fields = { url: server.http.url, project: 'OPS', privateAddress: true, ...edition };
    const channel = jiraChannel.open({ ...fields, ...over.fields }, testEnvironment());
    const notification = makeNotification({ kind, id: over.id ?? kind });
    const { isFirst = true } = over;
    const signal = new AbortController().signal;
    // Without any memory: everything is found again from the alert alone.
    return await channel.send({ notification, device: undefined, memory: {}, isFirst, signal });
  }

  test('one issue for an alert, a comment for each repeat, closed once', async () => {
    expect(await send('fired')).toEqual({
      outcome: 'sent',
      note: 'opened OPS-1',
      memory: { issue: 'OPS-1' },
    });
    await send('repeated', { id: 'first' });
    await send('repeated', { id: 'second' });
    await send('resolved');
    expect(server.issues).toMatchObject([{ key: 'OPS-1', status: 'done', transitions: 1 }]);
    expect(server.issues[0]?.comments).toHaveLength(2);
  });

  test('attempts whose outcome nobody knows repeat nothing', async () => {
    await send('fired');
    await send('fired', { isFirst: false });
    await send('repeated', { id: 'first' });
    await send('repeated', { id: 'first', isFirst: false });
    await send('resolved');
    await send('resolved', { isFirst: false });
    expect(server.issues).toHaveLength(1);
    expect(server.issues[0]?.comments).toHaveLength(1);
    expect(server.issues[0]?.transitions).toBe(1);
  });

  test('after a lost answer the index gets time to learn of the issue', async () => {
    server.http.failNext({ status: 502 });
    expect(await send('fired')).toMatchObject({ outcome: 'retry', afterMs: 15_000 });
  });

  test('a transition that there is not is refused, with those that there are', async () => {
    await send('fired');
    const result = await send('resolved', { fields: { doneTransition: 'Close' } });
    expect(result).toMatchObject({ outcome: 'refused' });
    expect(result.note).toContain('Start, Done');
    await send('resolved', { fields: { doneTransition: 'done' } });
    expect(server.issues[0]?.status).toBe('done');
  });

  test('log text cannot leave its block', async () => {
    const line = { time: 1, host: 'h', id: 'x:0', text: '{noformat} h1. evil', matching: true };
    const fields = { url: server.http.url, project: 'OPS', privateAddress: true, ...edition };
    const channel = jiraChannel.open(fields, testEnvironment());
    const notification = makeNotification({ lines: [line], text: '' });
    const signal = new AbortController().signal;
    await channel.send({ notification, device: undefined, memory: {}, isFirst: true, signal });
    const blocks = server.issues[0]?.description.split('{noformat}').length;
    expect(blocks).toBe(1 + 2 * 3);
  });
});
