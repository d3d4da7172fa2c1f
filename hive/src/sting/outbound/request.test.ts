import { OUTBOUND_ANSWER_BYTES_MAX } from '@apiary/common/limits/deliveries.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpRecorder } from '../testing/http-recorder.ts';
import { LOOPBACK_CERTIFICATE } from '../testing/loopback-tls.ts';
import { type OutboundRequest, sendOutbound } from './request.ts';

describe('a request to an address that people typed', () => {
  let http: HttpRecorder;
  let https: HttpRecorder;
  beforeEach(async () => {
    const huge = 'x'.repeat(OUTBOUND_ANSWER_BYTES_MAX + 1000);
    const answer = ({ url }: { url: URL }) => ({ status: 200, body: url.search ? huge : 'ok' });
    http = await new HttpRecorder(answer).start();
    https = await new HttpRecorder(answer, { secure: true }).start();
  });
  afterEach(async () => {
    await http.stop();
    await https.stop();
  });

  const send = (over: Partial<OutboundRequest> & { url: string }) =>
    sendOutbound(
      {
        method: 'POST',
        body: '{}',
        allowPrivate: true,
        signal: AbortSignal.timeout(5000),
        ...over,
      },
      async () => ['127.0.0.1'],
    );

  test('goes to the address that was judged, with the name as Host', async () => {
    const url = `http://hooks.example:${http.port}/a`;
    expect(await send({ url })).toMatchObject({ status: 200, text: 'ok' });
    expect(http.requests[0]?.headers.host).toBe(`hooks.example:${http.port}`);
  });

  test('checks the certificate for the name, not for the address', async () => {
    const ca = LOOPBACK_CERTIFICATE;
    const localhost = `https://localhost:${https.port}/`;
    expect(await send({ url: localhost, ca })).toMatchObject({ status: 200 });
    expect(await send({ url: https.url, ca })).toMatchObject({ status: 200 });
    await expect(send({ url: `https://hooks.example:${https.port}/`, ca })).rejects.toThrow(
      /altnames/,
    );
    await expect(send({ url: localhost })).rejects.toThrow(/self-signed/);
    expect(https.requests).toHaveLength(2);
  });

  test('reads no more of an answer than its bound', async () => {
    const { text } = await send({ url: `${http.url}/?huge` });
    expect(text).toHaveLength(OUTBOUND_ANSWER_BYTES_MAX);
  });

  test('refuses what is no http(s) address', async () => {
    for (const url of ['file:///etc/passwd', 'gopher://x', 'nonsense']) {
      await expect(send({ url })).rejects.toMatchObject({ code: 'setting-invalid' });
    }
  });

  test('ends with its signal, also while a name is resolved', async () => {
    const abort = new AbortController();
    const never = new Promise<readonly string[]>(() => {});
    const url = 'http://slow.example/';
    const request = { method: 'GET', url, allowPrivate: true, signal: abort.signal } as const;
    const sent = sendOutbound(request, () => never);
    abort.abort(new Error('enough'));
    await expect(sent).rejects.toThrow('enough');
  });
});
