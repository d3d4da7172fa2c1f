/**
 * What the store would hold: takes runs as they are published, subtracts by the byte what it holds for
 * their generation, and gives the lines. Refuses what the real store would refuse.
 */
import type { Run } from '@apiary/common/messages/data/run.ts';

interface Held {
  readonly file: string;
  /** Offset → the source's byte, of runs whose body is the source. */
  readonly bytes: Map<number, number>;
  /** Offset → the end and the body of records whose body is not the source. */
  readonly mapped: Map<number, { readonly to: number; readonly body: Buffer }>;
  readonly arrivals: Run[];
}

/** One generation as stored. */
export interface StoredGeneration {
  readonly id: string;
  readonly file: string;
  /** Bytes that are held, in pieces without a hole. */
  readonly pieces: readonly { readonly from: number; readonly data: Buffer }[];
  readonly lines: readonly string[];
}

/** See the file's head. */
export class StoreOracle {
  readonly #generations = new Map<string, Held>();
  /** Every run as it came. */
  readonly runs: Run[] = [];

  /** Takes a run. Throws where its bytes differ from those that are held. */
  append(run: Run): void {
    this.runs.push(run);
    let held = this.#generations.get(run.generation);
    if (!held) {
      held = { file: run.file, bytes: new Map(), mapped: new Map(), arrivals: [] };
      this.#generations.set(run.generation, held);
    }
    held.arrivals.push(run);
    if (run.bodyLengths) appendMapped(held, run, run.bodyLengths);
    else appendBytes(held, run);
  }

  /** Generations in the order of their first arrival. */
  generations(): StoredGeneration[] {
    return [...this.#generations].map(([id, held]) => {
      const pieces = piecesOf(held.bytes);
      const mapped = [...held.mapped].map(([from, { body }]) => ({ from, text: `${body}` }));
      const plain = pieces.flatMap(({ from, data }) => splitLines(from, data));
      const lines = [...plain, ...mapped].sort((a, b) => a.from - b.from).map(({ text }) => text);
      return { id, file: held.file, pieces, lines };
    });
  }

  /** All lines, generation after generation. */
  lines(): string[] {
    return this.generations().flatMap((generation) => generation.lines);
  }

  /** What is missing, doubled, or was never written. */
  compare(written: readonly string[]): { lost: string[]; doubled: string[]; broken: string[] } {
    const counts = new Map<string, number>();
    for (const line of this.lines()) counts.set(line, (counts.get(line) ?? 0) + 1);
    const expected = new Set(written);
    return {
      lost: written.filter((line) => !counts.has(line)),
      doubled: written.filter((line) => (counts.get(line) ?? 0) > 1),
      broken: [...counts.keys()].filter((line) => !expected.has(line)),
    };
  }
}

function appendBytes(held: Held, run: Run): void {
  for (const [index, byte] of run.data.entries()) {
    const known = held.bytes.get(run.from + index);
    if (known !== undefined && known !== byte) {
      throw new Error(`generation ${run.generation}: byte ${run.from + index} differs`);
    }
    held.bytes.set(run.from + index, byte);
  }
}

function appendMapped(held: Held, run: Run, bodyLengths: Uint32Array): void {
  let from = run.from;
  let at = 0;
  for (const [index, length] of run.sourceLengths.entries()) {
    const bodyLength = bodyLengths[index] ?? 0;
    const body = Buffer.from(run.data.subarray(at, at + bodyLength));
    held.mapped.set(from, { to: from + length, body });
    from += length;
    at += bodyLength;
  }
}

function piecesOf(bytes: ReadonlyMap<number, number>): { from: number; data: Buffer }[] {
  const offsets = [...bytes.keys()].sort((a, b) => a - b);
  const pieces: { from: number; content: number[] }[] = [];
  for (const offset of offsets) {
    const last = pieces.at(-1);
    const byte = bytes.get(offset) ?? 0;
    if (last && last.from + last.content.length === offset) last.content.push(byte);
    else pieces.push({ from: offset, content: [byte] });
  }
  return pieces.map(({ from, content }) => ({ from, data: Buffer.from(content) }));
}

function splitLines(from: number, data: Buffer): { from: number; text: string }[] {
  const lines: { from: number; text: string }[] = [];
  for (let start = 0; start < data.length; ) {
    const newline = data.indexOf(10, start);
    const end = newline < 0 ? data.length : newline;
    lines.push({ from: from + start, text: data.toString('latin1', start, end) });
    start = end + 1;
  }
  return lines;
}
