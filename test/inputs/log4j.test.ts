import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { Rig } from '../tailing/rig.ts';
import { bodiesOf, describeInput } from './input-contract.ts';
import { portOf, runProgram, sendTcp, unusedPort } from './senders.ts';

const eventSchema = z.object({
  level: z.string(),
  loggerName: z.string(),
  message: z.string(),
  timeMillis: z.number(),
  thrown: z.object({ name: z.string(), message: z.string() }).optional(),
});
const urlOf = async () => `log4j://127.0.0.1:${await unusedPort()}`;

describeInput({
  name: 'JSON of Log4j over TCP',
  isUnacknowledged: true,
  url: urlOf,
  send: (url, texts) => {
    const events = texts.map((message) => JSON.stringify({ level: 'INFO', message }));
    return sendTcp(portOf(url), events.join('\r\n').match(/.{1,7}/gs) ?? []);
  },
  textOf: (body) => JSON.parse(body).message,
});

describe('Log4j 2 with its SocketAppender', () => {
  let rig: Rig;
  let url: string;

  beforeEach(async () => {
    rig = await new Rig().open();
    url = await urlOf();
    await rig.start();
    await rig.watch([url]);
  });

  afterEach(() => rig.close());

  const log = async (layout: string) => {
    const config = join(rig.folder, 'log4j2.xml');
    writeFileSync(
      config,
      `<Configuration status="error"><Appenders>
  <Socket name="bee" host="127.0.0.1" port="${portOf(url)}">${layout}</Socket>
</Appenders><Loggers><Root level="info"><AppenderRef ref="bee"/></Root></Loggers></Configuration>`,
    );
    const jars = ['log4j-api', 'log4j-core', 'jackson-core', 'jackson-annotations'];
    const classPath = [...jars, 'jackson-databind'].map((jar) => `/usr/share/java/${jar}.jar`);
    const program = join(import.meta.dirname, 'java/Logging.java');
    const argv = ['-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${config}`];
    await runProgram('java', [...argv, '-cp', classPath.join(':'), program]);
  };

  test('JSON that spreads over lines: an event each, as it was sent, with its trace', async () => {
    await log('<JsonLayout includeTimeMillis="true" properties="true"/>');
    await rig.until(() => bodiesOf(rig).length >= 3);
    const bodies = bodiesOf(rig);
    const events = bodies.map((body) => eventSchema.parse(JSON.parse(body)));
    expect(bodies[0]).toMatch(/^\{\r?\n {2}"/);
    expect(events.map(({ level, message }) => [level, message])).toEqual([
      ['INFO', 'order 4711 was paid'],
      ['WARN', 'a } brace, a " quote and\na second line'],
      ['ERROR', 'order failed'],
    ]);
    expect(events[2]?.thrown).toEqual({
      name: 'java.lang.IllegalStateException',
      message: 'no stock',
    });
    expect(rig.store.runs[0]?.file).toBe(`${url}#127.0.0.1`);
  }, 60_000);

  test('lines of a pattern', async () => {
    await log('<PatternLayout pattern="%level %logger{1} %enc{%message}{CRLF}%ex{none}%n"/>');
    await rig.until(() => bodiesOf(rig).length >= 3);
    expect(bodiesOf(rig)).toEqual([
      'INFO Orders order 4711 was paid',
      'WARN Orders a } brace, a " quote and\\na second line',
      'ERROR Orders order failed',
    ]);
  }, 60_000);

  test('serialised objects are not read, and the target says what to send instead', async () => {
    // As java.io.ObjectOutputStream begins.
    await sendTcp(portOf(url), [Buffer.from('aced00057372002a', 'hex'), 'INFO\n']);
    await rig.until(() => rig.report()?.reason !== undefined);
    expect(rig.report()).toMatchObject({
      state: 'active',
      reason: expect.stringContaining('JsonLayout'),
    });
    await sendTcp(portOf(url), ['{"message":"as JSON"}\n']);
    await rig.until(() => bodiesOf(rig).length > 0);
    expect(bodiesOf(rig)).toEqual(['{"message":"as JSON"}']);
  });
});
