/**
 * Kubernetes' container logs (the CRI format): `TIME stdout|stderr F|P TEXT`. Parts (`P`) are put together for
 * each stream; the prefix is taken off, its time is kept where the text states none. Records lie in the order
 * of their last lines, each taking the source's bytes since the one before. Pure.
 */
import { recogniseTime } from '@apiary/common/time/recognise.ts';
import type { Cut, CutRequest } from './lines.ts';
import type { Joined, Waits } from './multiline.ts';

const PATH = /\/(?:pods\/[^/]+\/[^/]+\/\d+\.log|containers\/[^/]+\.log)/;
const HEAD = /^(\d{4}-\d\d-\d\dT\S+) (stdout|stderr) ([FP])(?::\S*)? /;
const HEAD_BYTES = 64;
const NEWLINE = 10;

/** True for where the kubelet writes: `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log`, and links to it. */
export function isContainerLog(path: string): boolean {
  return PATH.test(path);
}

interface Assembled {
  /** Place after its last line. */
  readonly to: number;
  readonly time: string;
  readonly text: Buffer;
}

interface Part {
  to: number;
  readonly time: string;
  readonly pieces: Buffer[];
}

/** As `cutLines`; a record's body is not its source. */
export function cutContainerLines(request: CutRequest): Cut | Waits | undefined {
  const { records, parts, end, settled } = assemble(request);
  const isForced = request.isQuiet === true || request.flush;
  if (isForced) {
    for (const part of parts) records.push(recordOf(part));
    records.sort((a, b) => a.to - b.to);
  }
  const ready = isForced ? records : records.filter(({ to }) => to <= settled);
  if (ready.length === 0 && end > 0) return 'more';
  if (ready.length === 0 && !request.isFullMessage) return undefined;
  // No container runtime writes such a line: it is taken as it is, in pieces.
  if (ready.length === 0) return whole(request.bytes);
  return joined(request, ready, isForced);
}

function whole(bytes: Buffer): Cut {
  const lengths = Uint32Array.of(bytes.length);
  const bodies = { data: Buffer.from(bytes), lengths };
  return { length: bytes.length, sourceLengths: lengths, endsMidRecord: false, bodies };
}

/** `settled`: the last place at which no part waits for its end. */
function assemble({ bytes, offset, beginBefore, flush }: CutRequest) {
  const records: Assembled[] = [];
  const open = new Map<string, Part>();
  let settled = 0;
  let start = 0;
  while (start < bytes.length && offset + start < beginBefore) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline < 0 && !flush) break;
    const lineEnd = newline < 0 ? bytes.length : newline;
    const to = Math.min(bytes.length, lineEnd + 1);
    const head = HEAD.exec(bytes.toString('latin1', start, Math.min(lineEnd, start + HEAD_BYTES)));
    const [prefix = '', time = '', stream = '', tag = 'F'] = head ?? [];
    const text = bytes.subarray(start + prefix.length, lineEnd);
    const part = open.get(stream) ?? { to, time, pieces: [] };
    part.pieces.push(text);
    part.to = to;
    if (tag === 'P') open.set(stream, part);
    else {
      open.delete(stream);
      records.push(recordOf(part));
    }
    start = to;
    if (open.size === 0) settled = to;
  }
  return { records, parts: [...open.values()], end: start, settled };
}

function joined(
  request: CutRequest,
  records: readonly Assembled[],
  isForced: boolean,
): Cut | Waits {
  const text = Buffer.concat(records.flatMap((record) => [record.text, Buffer.of(NEWLINE)]));
  const lineLengths = records.map((record) => record.text.length + 1);
  const groups: Joined = request.multiline?.join(text, lineLengths) ?? {
    lengths: lineLengths,
    closed: lineLengths.length,
    waitsFor: 'more',
  };
  const count = isForced ? groups.lengths.length : groups.closed;
  if (count === 0) return groups.waitsFor;
  const sourceLengths: number[] = [];
  const bodies: Buffer[] = [];
  let from = 0;
  let line = 0;
  let at = 0;
  for (const length of groups.lengths.slice(0, count)) {
    const time = records[line]?.time ?? '';
    for (let rest = length; rest > 0; line++) rest -= lineLengths[line] ?? rest;
    const to = records[line - 1]?.to ?? from;
    sourceLengths.push(to - from);
    // Without the line feed of its last line.
    bodies.push(withTime(text.subarray(at, at + length - 1), time));
    from = to;
    at += length;
  }
  return {
    length: from,
    sourceLengths: Uint32Array.from(sourceLengths),
    endsMidRecord: false,
    bodies: {
      data: Buffer.concat(bodies),
      lengths: Uint32Array.from(bodies, (body) => body.length),
    },
  };
}

function recordOf({ to, time, pieces }: Part): Assembled {
  return { to, time, text: Buffer.concat(pieces) };
}

function withTime(text: Buffer, time: string): Buffer {
  if (time === '' || statesTime(text, time)) return text;
  return Buffer.concat([Buffer.from(`${time} `), text]);
}

/** JSON stays JSON. */
function statesTime(text: Buffer, time: string): boolean {
  const [first] = text;
  if (first === undefined || first === 0x7b) return true;
  const context = { arrivalMs: Date.parse(time), zoneOffsetMinutes: 0 };
  return recogniseTime(text, 0, text.length, context) !== undefined;
}
