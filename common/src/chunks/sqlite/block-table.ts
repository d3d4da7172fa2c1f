import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { AppError } from '../../errors.ts';
import { decodeRuns } from '../../messages/data/codec.ts';
import type { Run } from '../../messages/data/run.ts';
import { encodeFitting } from '../block-body.ts';
import type { Block, Partition, SequenceRange } from '../chunks.ts';
import { partitionOf } from '../partition.ts';

/** Committed messages that are in no chunk yet. */
export class BlockTable {
  readonly #insert: StatementSync;
  readonly #next: StatementSync;
  readonly #delete: StatementSync;
  readonly #deletePartition: StatementSync;
  readonly #bytes: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#next = database.prepare(
      `SELECT * FROM blocks WHERE sequence >= ? AND sequence <= ?
       ORDER BY sequence, part LIMIT 1 OFFSET ?`,
    );
    this.#delete = database.prepare('DELETE FROM blocks WHERE sequence BETWEEN ? AND ?');
    this.#bytes = database.prepare('SELECT sum(length(body)) AS bytes FROM blocks');
    this.#deletePartition = database.prepare('DELETE FROM blocks WHERE day = ? AND class = ?');
  }

  /** Writes a block; `encoded` is what its runs are as a body, where that is known. */
  insert(block: Block, encoded?: Buffer): void {
    const bodies = encoded ? [encoded] : encodeFitting(block.message.runs);
    const { agent, host, zoneOffsetMinutes } = block.message;
    const { day, retentionClass } = partitionOf(block);
    for (const [part, body] of bodies.entries()) {
      this.#insert.run(
        block.sequence,
        part,
        day,
        retentionClass,
        block.arrivedMs,
        agent,
        host,
        zoneOffsetMinutes,
        crc32(body),
        body,
      );
    }
  }

  /** Blocks within a range by sequence; one is read at a time. */
  *read({ first, last }: SequenceRange): Generator<Block> {
    for (let from = first; ; ) {
      const block = this.#readOne(from, last);
      if (!block) return;
      yield block;
      from = block.sequence + 1;
    }
  }

  /** Deletes blocks by their sequences. */
  delete(sequences: readonly number[]): void {
    const ascending = [...sequences].sort((a, b) => a - b);
    let first = ascending[0];
    if (first === undefined) return;
    let last = first;
    for (const sequence of ascending) {
      if (sequence > last + 1) {
        this.#delete.run(first, last);
        first = sequence;
      }
      last = sequence;
    }
    this.#delete.run(first, last);
  }

  /** Bytes of all bodies as stored. */
  bytes(): number {
    return Number(this.#bytes.get()?.bytes ?? 0);
  }

  /** Deletes all blocks of a partition. */
  deletePartition({ day, retentionClass }: Partition): void {
    this.#deletePartition.run(day, retentionClass);
  }

  #readOne(from: number, last: number): Block | undefined {
    const row = this.#next.get(from, last, 0);
    if (!row) return undefined;
    const sequence = Number(row.sequence);
    const runs = bodyRuns(row);
    for (let part = 1; ; part++) {
      const next = this.#next.get(sequence, sequence, part);
      if (!next) break;
      runs.push(...bodyRuns(next));
    }
    return {
      sequence,
      retentionClass: String(row.class),
      arrivedMs: Number(row.arrived_ms),
      message: {
        agent: String(row.agent),
        host: String(row.host),
        zoneOffsetMinutes: Number(row.zone),
        runs,
      },
    };
  }
}

function bodyRuns(row: Record<string, unknown>): Run[] {
  const body = row.body instanceof Uint8Array ? row.body : new Uint8Array();
  if (crc32(body) !== row.checksum) {
    throw new AppError('store-corrupt', `Block ${row.sequence} does not match its checksum.`);
  }
  return decodeRuns(body);
}
