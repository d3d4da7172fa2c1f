/** What is recognised in a record's bytes: its time and its level. */
import { LEVEL_SEARCH_MAX } from '@apiary/common/limits.ts';
import { recogniseLevel } from '@apiary/common/query/level.ts';
import type { Level } from '@apiary/common/record.ts';
import { TimeRecogniser } from '@apiary/common/time/recognise.ts';

/** Recognisers by zone; they remember the format and the day that came last. */
const recognisers = new Map<number, TimeRecogniser>();
let lastZone = 0;
let last: TimeRecogniser | undefined;

/** The time of a record and the leading characters of its body that are the time stamp (at most 255). */
export function stampOf(
  bytes: Uint8Array,
  observed: number,
  zoneOffsetMinutes: number,
): { readonly time: number; readonly length: number } {
  return stampIn(bytes, 0, bytes.length, { observed, zoneOffsetMinutes });
}

/** The same of the bytes from `from` to `to`. */
export function stampIn(
  bytes: Uint8Array,
  from: number,
  to: number,
  known: { readonly observed: number; readonly zoneOffsetMinutes: number },
): { readonly time: number; readonly length: number } {
  const { observed, zoneOffsetMinutes } = known;
  if (zoneOffsetMinutes !== lastZone || !last) {
    last = recogniserOf(zoneOffsetMinutes);
    lastZone = zoneOffsetMinutes;
  }
  const stamp = last.recognise(bytes, from, to, observed);
  if (!stamp) return { time: observed, length: 0 };
  return { time: stamp.timeMs, length: Math.min(stamp.head, 255) };
}

function recogniserOf(zoneOffsetMinutes: number): TimeRecogniser {
  let recogniser = recognisers.get(zoneOffsetMinutes);
  if (!recogniser) {
    // Bounded: a zone is one of 1,801 whole minutes.
    recogniser = new TimeRecogniser({ zoneOffsetMinutes });
    recognisers.set(zoneOffsetMinutes, recogniser);
  }
  return recogniser;
}

/** The level that a body states, from its beginning. */
export function levelOfBody(body: Uint8Array): Level | undefined {
  const head = body.length > LEVEL_SEARCH_MAX ? body.subarray(0, LEVEL_SEARCH_MAX) : body;
  return recogniseLevel(Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1'));
}
