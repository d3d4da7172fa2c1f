/**
 * `log4j:` and `log4j+tls:` targets: what Log4j 2's SocketAppender sends over TCP, and Logback's with an encoder of JSON: JSON objects
 * (one a line, spread over lines, in an array, with NULs between), XML events, or lines of a pattern. An event is
 * stored as it was sent; time, level and fields are read from it when asked for. Serialised Java objects, which both
 * can send too, are never read: who unpacks them runs what the sender chose. Nothing is acknowledged.
 */
import type { Socket } from 'node:net';
import type { SpoolRecord } from '../spool/frame.ts';
import { listenStream } from './listen-stream.ts';
import { isSerialised, Log4jFrames } from './log4j-frames.ts';
import type { ProducerContext, StartProducer } from './spooled-input.ts';

/** Producer of `log4j:` and `log4j+tls:` targets. */
export const startLog4j: StartProducer = (context) =>
  listenStream(context, (socket, peer) => takeEvents(context, socket, peer));

async function takeEvents(context: ProducerContext, socket: Socket, peer: string): Promise<void> {
  const frames = new Log4jFrames();
  const name = `${context.spec.url}#${peer}`;
  const append = (bodies: readonly Buffer[]) => {
    const records: SpoolRecord[] = bodies.map((body) => ({ body, name }));
    return context.spool.appendWhenRoom(records, context.signal);
  };
  let isFirst = true;
  for await (const chunk of socket) {
    if (isFirst && isSerialised(chunk)) {
      context.active(
        1,
        `${peer} sends serialised Java objects, which are never read. Give its SocketAppender a ` +
          'JsonTemplateLayout or JsonLayout; with Logback, the encoder of logstash-logback-encoder.',
      );
      return;
    }
    isFirst = false;
    await append(frames.push(chunk));
  }
  await append(frames.end());
}
