/**
 * `otlp:` and `otlp+tls:` targets: OpenTelemetry's logs over HTTP (`POST /v1/logs`), as JSON or protobuf. A record is one JSON
 * object: time, level, message, trace and span, attributes, and the resource's attributes.
 */
import { AppError } from '@apiary/common/errors.ts';
import { z } from 'zod';
import type { SpoolRecord } from '../spool/frame.ts';
import { wordsOf } from '../system-error.ts';
import { timeOfNanos } from './http.ts';
import { listenPushes, type ReceivedRequest } from './listen-http.ts';
import { decodeLogs } from './otlp-protobuf.ts';
import type { StartProducer } from './spooled-input.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

interface AnyValue {
  stringValue?: string | undefined;
  boolValue?: boolean | undefined;
  intValue?: string | number | undefined;
  doubleValue?: number | undefined;
  bytesValue?: string | undefined;
  arrayValue?: { values?: AnyValue[] | undefined } | undefined;
  kvlistValue?:
    | { values?: { key: string; value?: AnyValue | undefined }[] | undefined }
    | undefined;
}

const anyValueSchema: z.ZodType<AnyValue> = z.lazy(() =>
  z.object({
    stringValue: z.string().optional(),
    boolValue: z.boolean().optional(),
    intValue: z.union([z.string(), z.number()]).optional(),
    doubleValue: z.number().optional(),
    bytesValue: z.string().optional(),
    arrayValue: z.object({ values: z.array(anyValueSchema).optional() }).optional(),
    kvlistValue: z.object({ values: keyValuesSchema.optional() }).optional(),
  }),
);
const keyValuesSchema = z.array(z.object({ key: z.string(), value: anyValueSchema.optional() }));

/** The request, in OTLP's JSON form. */
const logsSchema = z.object({
  resourceLogs: z
    .array(
      z.object({
        resource: z.object({ attributes: keyValuesSchema.optional() }).optional(),
        scopeLogs: z
          .array(
            z.object({
              scope: z.object({ name: z.string().optional() }).optional(),
              logRecords: z
                .array(
                  z.object({
                    timeUnixNano: z.union([z.string(), z.number()]).optional(),
                    observedTimeUnixNano: z.union([z.string(), z.number()]).optional(),
                    severityNumber: z.number().optional(),
                    severityText: z.string().optional(),
                    body: anyValueSchema.optional(),
                    attributes: keyValuesSchema.optional(),
                    traceId: z.string().optional(),
                    spanId: z.string().optional(),
                  }),
                )
                .optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
});

type Logs = z.output<typeof logsSchema>;

/** Producer of `otlp:` and `otlp+tls:` targets. */
export const startOtlp: StartProducer = (context) =>
  listenPushes(context, (request) => {
    if (request.method !== 'POST' || request.path !== '/v1/logs') return undefined;
    const isJson = request.contentType.includes('json');
    const records = recordsOf(isJson ? parse(request) : decode(request), context.clock.now());
    return { records, body: isJson ? {} : Buffer.alloc(0) };
  });

function parse({ body }: ReceivedRequest): Logs {
  try {
    return logsSchema.parse(JSON.parse(body.toString()));
  } catch (cause) {
    throw new AppError('request-invalid', `no OTLP: ${wordsOf(cause)}`, { cause });
  }
}

function decode({ body }: ReceivedRequest): Logs {
  try {
    return logsSchema.parse(decodeLogs(body));
  } catch (cause) {
    throw new AppError('request-invalid', `no OTLP protobuf: ${wordsOf(cause)}`, { cause });
  }
}

function recordsOf(logs: Logs, nowMs: number): SpoolRecord[] {
  return (logs.resourceLogs ?? []).flatMap(({ resource, scopeLogs }) => {
    const of = objectOf(resource?.attributes ?? []);
    const name = `otlp:${of['service.name'] ?? 'unknown'}`;
    return (scopeLogs ?? []).flatMap(({ scope, logRecords }) =>
      (logRecords ?? []).map((record) => {
        const { timeUnixNano, observedTimeUnixNano, severityNumber = 0, severityText } = record;
        const isStated = timeUnixNano !== undefined && String(timeUnixNano) !== '0';
        const fields = {
          time: timeOfNanos(String(isStated ? timeUnixNano : (observedTimeUnixNano ?? '')), nowMs),
          level: LEVELS[Math.floor((severityNumber - 1) / 4)] ?? severityText,
          message: plainOf(record.body),
          ...(record.traceId ? { trace_id: record.traceId } : {}),
          ...(record.spanId ? { span_id: record.spanId } : {}),
          ...(scope?.name ? { scope: scope.name } : {}),
          ...objectOf(record.attributes ?? []),
          ...of,
        };
        return { body: Buffer.from(JSON.stringify(fields)), name };
      }),
    );
  });
}

function objectOf(pairs: readonly { key: string; value?: AnyValue | undefined }[]) {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plainOf(value)]));
}

function plainOf(value: AnyValue | undefined): unknown {
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(plainOf);
  if (value?.kvlistValue) return objectOf(value.kvlistValue.values ?? []);
  if (value?.intValue !== undefined) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : String(value.intValue);
  }
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue ?? value?.bytesValue ?? null;
}
