/**
 * `http:` and `https:` targets: log data as other systems' shippers send it. Each path has its format; a record is stored
 * as the JSON that came, where the format is JSON.
 *
 * | path | format |
 * |---|---|
 * | `/`, `/ndjson`, `/lines` | one record a line, JSON or not |
 * | `/_bulk`, `/INDEX/_bulk` | Elasticsearch: action and document in turn; the index is the record's `file` |
 * | `/loki/api/v1/push` | Loki's JSON: labels, time and line become one JSON object |
 * | `/services/collector`, `…/event`, `…/raw` | Splunk HEC: events as they came, or raw lines |
 */
import { AppError } from '@apiary/common/errors.ts';
import { z } from 'zod';
import type { SpoolRecord } from '../spool/frame.ts';
import { splitJson } from './json-stream.ts';
import { LineSplitter } from './line-splitter.ts';
import { listenPushes, type ReceivedAnswer, type ReceivedRequest } from './listen-http.ts';
import type { StartProducer } from './spooled-input.ts';

const VERSION = '8.0.0';
const LINES = /^\/(?:ndjson|lines)?$/;
const BULK = /^\/(?:([^/]+)\/)?_bulk$/;
const COLLECTOR = /^\/services\/collector(?:\/(event|raw)(?:\/1\.0)?)?$/;

/** Producer of `http:` and `https:` targets. */
export const startHttp: StartProducer = (context) =>
  listenPushes(context, (request) => readPush(request, context.clock.now()));

/** Reads a request of any of the formats. @throws AppError `request-invalid` */
export function readPush(request: ReceivedRequest, nowMs: number): ReceivedAnswer | undefined {
  const { method, path, body } = request;
  if (method === 'GET' || method === 'HEAD') return readProbe(path);
  if (method !== 'POST' && method !== 'PUT') return undefined;
  if (LINES.test(path)) return { records: linesOf(body).map((line) => ({ body: line })) };
  const bulk = BULK.exec(path);
  if (bulk) return readBulk(body, bulk[1]);
  if (path === '/loki/api/v1/push') return readLoki(request, nowMs);
  const collector = COLLECTOR.exec(path);
  if (collector?.[1] === 'raw') {
    const name = `splunk:${request.query.get('source') ?? 'raw'}`;
    return { records: linesOf(body).map((line) => ({ body: line, name })), body: ACCEPTED };
  }
  return collector ? readEvents(body) : undefined;
}

const ACCEPTED = { text: 'Success', code: 0 };

/** What senders ask before they send. */
function readProbe(path: string): ReceivedAnswer | undefined {
  if (path === '/') {
    const version = { number: VERSION, build_flavor: 'default' };
    return { records: [], body: { name: 'apiary', version, tagline: 'You Know, for Search' } };
  }
  if (path === '/services/collector/health') {
    return { records: [], body: { text: 'HEC is healthy', code: 17 } };
  }
  return path === '/ready' || path === '/_license' ? { records: [], body: {} } : undefined;
}

function linesOf(body: Buffer): Buffer[] {
  const lines = new LineSplitter();
  const all = [...lines.push(body), ...lines.end()];
  return all.map((line) => (line.at(-1) === 13 ? line.subarray(0, -1) : line));
}

const actionSchema = z.union([
  z.object({ index: z.looseObject({ _index: z.string().optional() }) }),
  z.object({ create: z.looseObject({ _index: z.string().optional() }) }),
]);

function readBulk(body: Buffer, defaultIndex: string | undefined): ReceivedAnswer {
  const lines = linesOf(body).filter((line) => line.length > 0);
  const records: SpoolRecord[] = [];
  const items: unknown[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const action = actionSchema.safeParse(parse(lines[at], `line ${at + 1}`));
    const document = lines[at + 1];
    if (!action.success || !document) {
      throw invalid(`line ${at + 1}: expected {"create":{…}} or {"index":{…}}, and a document`);
    }
    parse(document, `line ${at + 2}`);
    const isCreate = 'create' in action.data;
    const { _index } = 'create' in action.data ? action.data.create : action.data.index;
    const index = _index ?? defaultIndex ?? 'logs';
    records.push({ body: document, name: `elasticsearch:${index}` });
    const item = { _index: index, _id: String(at / 2), status: 201, result: 'created' };
    items.push(isCreate ? { create: item } : { index: item });
  }
  return { records, body: { took: 0, errors: false, items } };
}

const lokiSchema = z.object({
  streams: z.array(
    z.object({
      stream: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.string(), z.string()]).rest(z.record(z.string(), z.string()))),
    }),
  ),
});

function readLoki(request: ReceivedRequest, nowMs: number): ReceivedAnswer {
  if (!request.contentType.includes('json')) {
    throw invalid('only JSON is taken here: set the client to content-type application/json');
  }
  const pushed = lokiSchema.safeParse(parse(request.body, 'the body'));
  if (!pushed.success) throw invalid(z.prettifyError(pushed.error));
  const records = pushed.data.streams.flatMap(({ stream, values }) => {
    const name = `loki:${stream.job ?? stream.app ?? stream.service_name ?? 'push'}`;
    return values.map(([nanos, message, ...metadata]) => {
      const fields = { time: timeOfNanos(nanos, nowMs), ...stream, ...metadata[0], message };
      return { body: Buffer.from(JSON.stringify(fields)), name };
    });
  });
  return { records, status: 204 };
}

function readEvents(body: Buffer): ReceivedAnswer {
  const events = splitJson(body.toString());
  const records = events.map((text) => {
    const event = z
      .looseObject({ event: z.unknown(), source: z.string().optional() })
      .safeParse(parse(text, 'an event'));
    if (!event.success) throw invalid('each event is an object with the member "event"');
    return { body: Buffer.from(text), name: `splunk:${event.data.source ?? 'event'}` };
  });
  return { records, body: ACCEPTED };
}

/** Nanoseconds since 1970 as ISO 8601; `nowMs` for what is no time. */
export function timeOfNanos(nanos: string, nowMs: number): string {
  const isTime = /^\d{13,19}$/.test(nanos);
  const date = new Date(isTime ? Number(BigInt(nanos) / 1_000_000n) : nowMs);
  return isTime ? `${date.toISOString().slice(0, -4)}${nanos.slice(-9)}Z` : date.toISOString();
}

function parse(text: Buffer | string | undefined, what: string): unknown {
  try {
    return JSON.parse(String(text));
  } catch (cause) {
    throw new AppError('request-invalid', `${what} is no JSON`, { cause });
  }
}

function invalid(message: string): AppError {
  return new AppError('request-invalid', message);
}
