/** The last matching lines of each group, kept for the messages of its alerts. */
import {
  ALERT_LINE_CHARS_MAX,
  ALERT_MATCHES_MAX,
  RULE_LINES_MAX,
} from '@apiary/common/limits/alerts.ts';
import type { LogRecord } from '@apiary/common/record.ts';

/** See the file's head. */
export class LastLines {
  readonly #groups = new Map<string, LogRecord[]>();
  #count = 0;

  /** Notes a match; groups that matched last are kept longest. */
  add(group: string, record: LogRecord): void {
    const records = this.#groups.get(group) ?? [];
    this.#groups.delete(group);
    this.#groups.set(group, records);
    const body = record.body.slice(0, ALERT_LINE_CHARS_MAX);
    records.push(body.length === record.body.length ? record : { ...record, body });
    this.#count++;
    if (records.length > ALERT_MATCHES_MAX) {
      records.shift();
      this.#count--;
    }
    while (this.#count > RULE_LINES_MAX) this.#forgetEldest();
  }

  /** Oldest first. */
  of(group: string): readonly LogRecord[] {
    return [...(this.#groups.get(group) ?? [])];
  }

  #forgetEldest(): void {
    const [eldest] = this.#groups;
    if (!eldest) return;
    this.#groups.delete(eldest[0]);
    this.#count -= eldest[1].length;
  }
}
