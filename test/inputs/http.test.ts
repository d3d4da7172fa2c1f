import { gzipSync } from 'node:zlib';
import { RECEIVED_BODY_BYTES_MAX } from '@apiary/common/limits.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Rig } from '../tailing/rig.ts';
import { bodiesOf, describeInput } from './input-contract.ts';
import { portOf, unusedPort } from './senders.ts';

describeInput({
  name: 'HTTP, a line each',
  url: async () => `http://127.0.0.1:${await unusedPort()}`,
  async send(url, texts) {
    const answer = await fetch(`http://127.0.0.1:${portOf(url)}/`, {
      method: 'POST',
      body: texts.map((message) => `${JSON.stringify({ message })}\n`).join(''),
    });
    expect(answer.status).toBe(200);
  },
  textOf: (body) => JSON.parse(body).message,
});

describe('formats of other shippers', () => {
  let rig: Rig;
  let base: string;

  beforeEach(async () => {
    rig = await new Rig().open();
    base = `http://127.0.0.1:${await unusedPort()}`;
    await rig.start();
    await rig.watch([base]);
  });

  afterEach(() => rig.close());

  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(base + path, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
  const hasStored = (count: number) => rig.until(() => bodiesOf(rig).length >= count);

  test('Elasticsearch: _bulk answers for each document', async () => {
    const documents = ['{"message":"one", "n": 1}', '{"message":"two"}'];
    const body = `{"index":{"_index":"web"}}\n${documents[0]}\n{"create":{}}\n${documents[1]}\n`;
    const answer = await post('/app/_bulk', gzipSync(body), { 'content-encoding': 'gzip' });
    expect(await answer.json()).toMatchObject({
      errors: false,
      items: [{ index: { _index: 'web', status: 201 } }, { create: { _index: 'app' } }],
    });
    await hasStored(2);
    expect(bodiesOf(rig)).toEqual(documents);
    const files = rig.store.runs.map(({ file }) => file);
    expect(files).toEqual(['elasticsearch:web', 'elasticsearch:app']);
  });

  test('Loki: labels, time and line become one object', async () => {
    const stream = { job: 'nginx', level: 'error' };
    const values = [['1750000000123456789', 'it broke', { trace: 'abc' }]];
    const body = JSON.stringify({ streams: [{ stream, values }] });
    const answer = await post('/loki/api/v1/push', body, { 'content-type': 'application/json' });
    expect(answer.status).toBe(204);
    await hasStored(1);
    expect(JSON.parse(bodiesOf(rig)[0] ?? '')).toEqual({
      time: '2025-06-15T15:06:40.123456789Z',
      job: 'nginx',
      level: 'error',
      trace: 'abc',
      message: 'it broke',
    });
    expect(rig.store.runs[0]?.file).toBe('loki:nginx');
  });

  test('Splunk: events as they came, and raw lines', async () => {
    const events = ['{"time":1750000000.5,"event":"a } {"}', '{"event":{"b":1},"source":"app"}'];
    const answer = await post('/services/collector/event', events.join(' '));
    expect(await answer.json()).toEqual({ text: 'Success', code: 0 });
    await post('/services/collector/raw?source=cron', 'x\r\ny');
    await hasStored(4);
    expect(bodiesOf(rig)).toEqual([...events, 'x', 'y']);
    expect(rig.store.runs.map(({ file }) => file)).toContain('splunk:cron');
  });

  test.each([
    ['/_bulk', '{"index":{}}\nno json\n', 400],
    ['/_bulk', '{"delete":{}}\n', 400],
    ['/services/collector', '{"event":', 400],
    ['/loki/api/v1/push', 'snappy', 400],
    ['/nowhere', 'x', 404],
    ['/', 'x'.repeat(RECEIVED_BODY_BYTES_MAX + 1), 413],
  ])('%s refuses what it cannot take, whole', async (path, body, status) => {
    const answer = await post(path, body).then(
      ({ status: code }) => code,
      // The connection may be closed before all of a large body was sent.
      () => status,
    );
    expect(answer).toBe(status);
    await rig.advance(500);
    expect(bodiesOf(rig)).toEqual([]);
  });

  test('a body that unpacks to more than its bound is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(RECEIVED_BODY_BYTES_MAX + 1, 'x'));
    const answer = await post('/', bomb, { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(413);
  });
});
