/**
 * Durable exchanges, queues and bindings: a small text file of JSON lines, each with its checksum.
 * A change is written before it is answered, and synced before any message that depends on it.
 */
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';

const name = z.string();
const argumentsBase64 = z.string();

const recordSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('next-queue'), id: z.int() }),
  z.object({
    op: z.literal('exchange'),
    name,
    type: z.enum(['direct', 'fanout', 'topic']),
    autoDelete: z.boolean(),
    internal: z.boolean(),
    arguments: argumentsBase64,
  }),
  z.object({ op: z.literal('exchange-gone'), name }),
  z.object({
    op: z.literal('queue'),
    id: z.int(),
    name,
    autoDelete: z.boolean(),
    arguments: argumentsBase64,
  }),
  z.object({ op: z.literal('queue-gone'), name }),
  z.object({
    op: z.enum(['bind', 'unbind']),
    source: name,
    kind: z.enum(['queue', 'exchange']),
    destination: name,
    key: z.string(),
  }),
]);

/** One change. Bindings of things that go are gone with them. */
export type TopologyRecord = z.output<typeof recordSchema>;

/** Lines beyond which a file that is mostly history is written anew. */
const LINES_SLACK = 1_000;

/** The file of a broker's durable topology. */
export class TopologyLog {
  readonly #path: string;
  #file: number | undefined;
  #lines = 0;
  #linesWhenNew = 0;
  #dirty = false;

  constructor(folder: string) {
    this.#path = path.join(folder, 'topology.jsonl');
  }

  /** All intact records in order; reading ends at a torn line. */
  read(): TopologyRecord[] {
    if (!fs.existsSync(this.#path)) return [];
    const records: TopologyRecord[] = [];
    for (const line of fs.readFileSync(this.#path, 'utf8').split('\n')) {
      const record = parseLine(line);
      if (!record) break;
      records.push(record);
    }
    return records;
  }

  /** Replaces the file by these records, at once or not at all. */
  rewrite(records: readonly TopologyRecord[]): void {
    const temporary = `${this.#path}.new`;
    const file = fs.openSync(temporary, 'w', 0o600);
    fs.writeSync(file, records.map(formatLine).join(''));
    fs.fsyncSync(file);
    fs.renameSync(temporary, this.#path);
    const folder = fs.openSync(path.dirname(this.#path), 'r');
    fs.fsyncSync(folder);
    fs.closeSync(folder);
    if (this.#file !== undefined) fs.closeSync(this.#file);
    this.#file = file;
    this.#lines = records.length;
    this.#linesWhenNew = records.length;
    this.#dirty = false;
  }

  /** Appends a change; it survives the process from here on, and a power failure after {@link sync}. */
  append(record: TopologyRecord): void {
    if (this.#file === undefined) throw new TypeError('the topology has not been rewritten yet');
    fs.writeSync(this.#file, formatLine(record));
    this.#lines++;
    this.#dirty = true;
  }

  /** True when the file is mostly history. */
  get isLong(): boolean {
    return this.#lines > this.#linesWhenNew * 4 + LINES_SLACK;
  }

  /** Makes all changes durable. */
  async sync(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const file = await open(this.#path, 'r');
    await file.datasync().finally(() => file.close());
  }

  close(): void {
    if (this.#file !== undefined) fs.closeSync(this.#file);
    this.#file = undefined;
  }
}

function formatLine(record: TopologyRecord): string {
  const json = JSON.stringify(record);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

function parseLine(line: string): TopologyRecord | undefined {
  const json = line.slice(9);
  if (json === '' || line.slice(0, 9) !== `${crc32(json).toString(16).padStart(8, '0')} `) {
    return undefined;
  }
  const result = recordSchema.safeParse(JSON.parse(json));
  return result.success ? result.data : undefined;
}
