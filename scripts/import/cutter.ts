/** Cuts a content into runs of whole lines, the same ones each time. */
import { MESSAGE_RAW_BYTES_MAX } from '@apiary/common/limits.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';

const NEWLINE = 10;

/** What all runs of a content have in common. */
export type RunFacts = Pick<Run, 'generation' | 'target' | 'file' | 'tags' | 'observed'>;

/** Runs of at most a message's size. A line that is longer than that goes on in the next one. */
export async function* cutRuns(
  content: AsyncIterable<Buffer>,
  facts: RunFacts,
): AsyncGenerator<Run> {
  let rest: Buffer = Buffer.alloc(0);
  let from = 0;
  let startsMidRecord = false;
  const take = (length: number, isLast: boolean): Run => {
    const data = rest.subarray(0, length);
    const endsMidRecord = !isLast && data.at(-1) !== NEWLINE;
    const run = {
      ...facts,
      from,
      to: from + length,
      startsMidRecord,
      endsMidRecord,
      history: true,
    };
    rest = rest.subarray(length);
    from += length;
    startsMidRecord = endsMidRecord;
    return { ...run, data, sourceLengths: lineLengths(data), bodyLengths: undefined };
  };
  for await (const data of content) {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    while (rest.length > MESSAGE_RAW_BYTES_MAX) {
      const end = rest.lastIndexOf(NEWLINE, MESSAGE_RAW_BYTES_MAX - 1) + 1;
      yield take(end === 0 ? MESSAGE_RAW_BYTES_MAX : end, false);
    }
  }
  if (rest.length > 0) yield take(rest.length, true);
}

function lineLengths(data: Buffer): Uint32Array {
  const lengths: number[] = [];
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(NEWLINE, at);
    const next = end < 0 ? data.length : end + 1;
    lengths.push(next - at);
    at = next;
  }
  return Uint32Array.from(lengths);
}
