import { RECEIVED_RECORD_BYTES_MAX } from '@apiary/common/limits.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSerialised, Log4jFrames } from './log4j-frames.ts';

/** The events of a stream that comes in pieces of these lengths, the last one repeated. */
function eventsOf(stream: string, lengths: readonly number[] = [stream.length]): string[] {
  const bytes = Buffer.from(stream);
  const frames = new Log4jFrames();
  const events: Buffer[] = [];
  let at = 0;
  for (let n = 0; at < bytes.length; n++) {
    const length = lengths[Math.min(n, lengths.length - 1)] ?? 1;
    events.push(...frames.push(Buffer.from(bytes.subarray(at, at + length))));
    at += length;
  }
  return [...events, ...frames.end()].map((event) => event.toString());
}

const JSON_EVENT = '{"level":"WARN","message":"a } and a \\" and {","mdc":{"user":"x"}}';
const SPREAD = '{\r\n  "level" : "INFO",\r\n  "message" : "spread over lines"\r\n}';
const XML =
  '<Event xmlns="http://logging.apache.org/log4j/2.0/events" level="INFO">\n<Message>m</Message>\n</Event>';

describe('events of Java logging libraries', () => {
  test.each([
    ['JSON, one a line', [JSON_EVENT, JSON_EVENT], '\n'],
    ['JSON with NULs', [JSON_EVENT, SPREAD], '\0'],
    ['JSON with nothing between', [JSON_EVENT, JSON_EVENT, SPREAD], ''],
    ['JSON in an array', [JSON_EVENT, SPREAD], ', '],
    ['XML', [XML, XML], '\n'],
    ['XML of Log4j 1', ['<log4j:event a="b"><log4j:message/></log4j:event>', XML], '\r\n\r\n'],
    ['lines of a pattern', ['12:00 INFO one', '12:01 WARN two'], '\n'],
    ['lines that look like others', ['<13>one', '{"not closed', '{ }'], '\n'],
  ])('%s', (_, events, between) => {
    const stream = events.join(between) + between;
    expect(eventsOf(stream)).toEqual(events);
    expect(eventsOf(stream, [1])).toEqual(events);
  });

  test('an array, and a document with a head and a root, give what is in them', () => {
    expect(eventsOf(`[\n${JSON_EVENT}\n, ${SPREAD}\n]\n`)).toEqual([JSON_EVENT, SPREAD]);
    const document = `<?xml version="1.0"?>\n<Events xmlns="x">\n${XML}\n${XML}\n</Events>`;
    expect(eventsOf(document)).toEqual([XML, XML]);
    expect(eventsOf(document, [3])).toEqual([XML, XML]);
  });

  test('what is left unfinished is given at the end', () => {
    expect(eventsOf(`${JSON_EVENT}\n{"level":`)).toEqual([JSON_EVENT, '{"level":']);
  });

  test('any objects come out as they went in, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        (objects, lengths) => {
          const texts = objects.map((object) => JSON.stringify(object));
          expect(eventsOf(texts.join('\n'), lengths)).toEqual(texts);
        },
      ),
    );
  });

  test('a long event becomes parts that joined are the event, and the next one is whole', () => {
    const long = JSON.stringify({ message: `${'x'.repeat(2.5 * RECEIVED_RECORD_BYTES_MAX)} ` });
    for (const length of [65_536, RECEIVED_RECORD_BYTES_MAX + 100]) {
      const events = eventsOf(`${long}\n${JSON_EVENT}\n`, [length]);
      expect(events.at(-1)).toBe(JSON_EVENT);
      expect(events.slice(0, -1)).toHaveLength(3);
      expect(events.slice(0, -1).join('') === long).toBe(true);
    }
  });

  test('serialised objects are known by their first bytes', () => {
    expect(isSerialised(Buffer.from('aced0005', 'hex'))).toBe(true);
    expect(isSerialised(Buffer.from('ac', 'hex'))).toBe(true);
    expect(isSerialised(Buffer.from('{'))).toBe(false);
  });
});
