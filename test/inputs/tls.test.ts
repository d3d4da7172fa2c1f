/** Inputs that take what they take over TLS as well; syslog's is in a file of its own. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { selfSigned } from '@apiary/bee/inputs/own-certificate.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Rig } from '../tailing/rig.ts';
import { ackOf, pack } from './forward-messages.ts';
import { bodiesOf, describeInput } from './input-contract.ts';
import { portOf, postTls, runProgram, sendTls, unusedPort } from './senders.ts';

const ANYBODY = { rejectUnauthorized: false };
const urlOf = (scheme: string) => async () => `${scheme}://127.0.0.1:${await unusedPort()}`;
const messageOf = (body: string) => JSON.parse(body).message;

let chunks = 0;
describeInput({
  name: 'Forward over TLS, acknowledged',
  url: urlOf('fluent+tls'),
  async send(url, texts) {
    const chunk = `tls-${++chunks}`;
    const ack = ackOf(chunk);
    const socket = connect({ port: portOf(url), host: '127.0.0.1', ...ANYBODY });
    const entries = texts.map((log) => [1_700_000_000, { log }]);
    socket.write(pack(['app.web', entries, { chunk }]));
    let answer = Buffer.alloc(0);
    while (answer.length < ack.length) {
      const [data] = await once(socket, 'data');
      answer = Buffer.concat([answer, data]);
    }
    socket.destroy();
    expect(answer).toEqual(ack);
  },
  textOf: (body) => JSON.parse(body).log,
});

describeInput({
  name: 'GELF over TLS',
  isUnacknowledged: true,
  url: urlOf('gelf+tls'),
  send: (url, texts) => {
    const messages = texts.map((text) => `{"host":"web1","short_message":"${text}"}\0`);
    return sendTls(portOf(url), messages, ANYBODY);
  },
  textOf: (body) => JSON.parse(body).short_message,
});

describeInput({
  name: 'JSON of Log4j over TLS',
  isUnacknowledged: true,
  url: urlOf('log4j+tls'),
  send: (url, texts) =>
    sendTls(
      portOf(url),
      texts.map((message) => JSON.stringify({ level: 'INFO', message })),
      ANYBODY,
    ),
  textOf: messageOf,
});

describeInput({
  name: 'HTTPS, a line each',
  url: urlOf('https'),
  async send(url, texts) {
    const lines = texts.map((message) => `${JSON.stringify({ message })}\n`);
    expect(await postTls(`${url}/`, lines.join(''), ANYBODY)).toBe(200);
  },
  textOf: messageOf,
});

describeInput({
  name: 'OTLP over TLS',
  url: urlOf('otlp+tls'),
  async send(url, texts) {
    const logRecords = texts.map((stringValue) => ({ body: { stringValue } }));
    const logs = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    const path = `https://127.0.0.1:${portOf(url)}/v1/logs`;
    expect(await postTls(path, logs, ANYBODY)).toBe(200);
  },
  textOf: messageOf,
});

describe('inputs with TLS', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await new Rig().open();
  });

  afterEach(() => rig.close());

  const certificateOf = () => readFileSync(join(rig.data, 'tls/server.crt'), 'utf8');

  test('share one certificate of the Bee, which HTTPS senders know it by', async () => {
    const [push, otlp] = [await urlOf('https')(), await urlOf('otlp+tls')()];
    await rig.start();
    await rig.watch([push, otlp]);
    const ca = certificateOf();
    expect(await postTls(`${push}/`, '{"message":"by https"}', { ca })).toBe(200);
    expect(await postTls(otlp.replace('otlp+tls', 'https'), '{}', { ca })).toBe(404);
    await rig.until(() => bodiesOf(rig).length > 0);
    expect(bodiesOf(rig)).toEqual(['{"message":"by https"}']);
    await expect(postTls(`${push}/`, 'x', {})).rejects.toThrow(/certificate/);
  });

  test('take pushes only from those with a certificate of the authority that the owner named', async () => {
    const url = await urlOf('https')();
    const made = (name: string) =>
      selfSigned({ names: [name], addresses: ['127.0.0.1'], nowMs: Date.now() });
    const client = made('web-1');
    rig.tls = { clientAuthority: client.cert };
    await rig.start();
    await rig.watch([url]);
    const ca = certificateOf();
    await expect(postTls(`${url}/`, 'of nobody', { ca })).rejects.toThrow();
    const stranger = made('stranger');
    await expect(postTls(`${url}/`, 'of another', { ca, ...stranger })).rejects.toThrow();
    expect(await postTls(`${url}/`, 'of ours', { ca, ...client })).toBe(200);
    await rig.until(() => bodiesOf(rig).length > 0);
    expect(bodiesOf(rig)).toEqual(['of ours']);
  });

  test('what is said in the clear is no request', async () => {
    const url = await urlOf('https')();
    await rig.start();
    await rig.watch([url]);
    await expect(
      fetch(url.replace('https', 'http'), { method: 'POST', body: 'x' }),
    ).rejects.toThrow();
    expect(await postTls(`${url}/`, 'with TLS', ANYBODY)).toBe(200);
    await rig.until(() => bodiesOf(rig).length > 0);
    expect(bodiesOf(rig)).toEqual(['with TLS']);
  });

  test('Log4j 2 sends to a Bee whose certificate it was given', async () => {
    const url = await urlOf('log4j+tls')();
    await rig.start();
    await rig.watch([url]);
    const [store, config] = [join(rig.folder, 'trust.p12'), join(rig.folder, 'log4j2.xml')];
    const bee = ['-alias', 'bee', '-file', join(rig.data, 'tls/server.crt')];
    const kept = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', 'trusted'];
    await runProgram('keytool', ['-importcert', '-noprompt', ...bee, ...kept]);
    writeFileSync(
      config,
      `<Configuration status="error"><Appenders>
  <Socket name="bee" host="127.0.0.1" port="${portOf(url)}" protocol="SSL">
    <SSL protocol="TLS"><TrustStore location="${store}" type="PKCS12" password="trusted"/></SSL>
    <JsonLayout compact="true" eventEol="true"/>
  </Socket>
</Appenders><Loggers><Root level="info"><AppenderRef ref="bee"/></Root></Loggers></Configuration>`,
    );
    const jars = ['api', 'core'].map((jar) => `log4j-${jar}`);
    const jackson = ['core', 'annotations', 'databind'].map((jar) => `jackson-${jar}`);
    const classPath = [...jars, ...jackson].map((jar) => `/usr/share/java/${jar}.jar`).join(':');
    const program = join(import.meta.dirname, 'java/Logging.java');
    const argv = ['-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${config}`];
    await runProgram('java', [...argv, '-cp', classPath, program]);
    await rig.until(() => bodiesOf(rig).length >= 3);
    expect(bodiesOf(rig).map(messageOf)).toEqual([
      'order 4711 was paid',
      'a } brace, a " quote and\na second line',
      'order failed',
    ]);
  }, 60_000);
});
