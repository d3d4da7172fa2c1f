/**
 * The lines that the page holds: ordered by time, bounded, without duplicates. Kept oldest first, so
 * that a live line is a push at the end; rows are numbered from the newest.
 */
import { LOG_ROWS_MAX } from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';

/** See the top of this file. */
export class LogBuffer {
  readonly #rowsMax: number;
  #records: LogRecord[] = [];
  readonly #byId = new Map<string, LogRecord>();
  /** Lines held of each host. */
  readonly #hosts = new Map<string, number>();
  #dropped = 0;
  #version = 0;
  /** The serial number of the oldest line. */
  #firstSerial = 0;

  constructor(rowsMax = LOG_ROWS_MAX) {
    this.#rowsMax = rowsMax;
  }

  /** Lines held. */
  get size(): number {
    return this.#records.length;
  }

  /** Another one as soon as lines came or went. */
  get version(): number {
    return this.#version;
  }

  /** Hosts of the lines held. */
  get hosts(): number {
    return this.#hosts.size;
  }

  /** Older lines that were let go because newer ones came. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The line of a row; row 0 is the newest. */
  at(row: number): LogRecord | undefined {
    return this.#records[this.#records.length - 1 - row];
  }

  /** A row's number that stays with its line when others come at either end. */
  serialOf(row: number): number {
    return this.#firstSerial + this.#records.length - 1 - row;
  }

  /** The row of a line, or -1. */
  rowOf(id: string): number {
    const record = this.#byId.get(id);
    if (!record) return -1;
    let index = this.#placeFor(record.time) - 1;
    while (index >= 0 && this.#records[index]?.id !== id) index--;
    if (index < 0) index = this.#records.lastIndexOf(record);
    return this.#records.length - 1 - index;
  }

  /** True if the line is held. */
  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Adds a page that continues behind the oldest line, newest first. Full: the rest is refused. */
  appendOlder(page: readonly LogRecord[]): void {
    const fresh: LogRecord[] = [];
    for (const record of page) {
      if (this.#records.length + fresh.length >= this.#rowsMax) break;
      if (this.#byId.has(record.id)) continue;
      this.#note(record);
      fresh.push(record);
    }
    this.#records = fresh.reverse().concat(this.#records);
    this.#firstSerial -= fresh.length;
    this.#version++;
  }

  /** True if no older page would fit. */
  get full(): boolean {
    return this.#records.length >= this.#rowsMax;
  }

  /** Adds new lines in any order, each at its place in time; the oldest go when it is too many. */
  insert(batch: readonly LogRecord[]): void {
    const ordered = batch.toSorted((a, b) => a.time - b.time);
    for (const record of ordered) {
      if (this.#byId.has(record.id)) continue;
      this.#note(record);
      this.#records.splice(this.#placeFor(record.time), 0, record);
    }
    this.#trim();
    this.#version++;
  }

  /** Forgets everything. */
  clear(): void {
    this.#records = [];
    this.#byId.clear();
    this.#hosts.clear();
    this.#dropped = 0;
    this.#firstSerial = 0;
    this.#version++;
  }

  #note(record: LogRecord): void {
    this.#byId.set(record.id, record);
    this.#hosts.set(record.host, (this.#hosts.get(record.host) ?? 0) + 1);
  }

  #forget(record: LogRecord): void {
    this.#byId.delete(record.id);
    const left = (this.#hosts.get(record.host) ?? 1) - 1;
    if (left > 0) this.#hosts.set(record.host, left);
    else this.#hosts.delete(record.host);
  }

  /** Behind all lines that are not younger: nearly always the end. */
  #placeFor(time: number): number {
    let low = 0;
    let high = this.#records.length;
    if ((this.#records[high - 1]?.time ?? 0) <= time) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle]?.time ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #trim(): void {
    const excess = this.#records.length - this.#rowsMax;
    if (excess <= 0) return;
    for (const record of this.#records.splice(0, excess)) this.#forget(record);
    this.#dropped += excess;
    this.#firstSerial += excess;
  }
}
