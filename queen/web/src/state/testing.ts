/** Parts that tests of the state share. */
import type { LogRecord } from '@apiary/common/record.ts';
import type { LiveSocket } from './connection.ts';

/** A record of the given time; everything else is made up. */
export function recordAt(time: number, change: Partial<LogRecord> = {}): LogRecord {
  return {
    id: `a1:${time}`,
    time,
    observed: time,
    host: 'web-1',
    agent: 'f'.repeat(32),
    target: 't1',
    file: '/var/log/app.log',
    tags: [],
    level: 'info',
    body: `line ${time}`,
    ...change,
  };
}

/** A socket whose other side is the test. Every request is acknowledged unless `refusals` says no. */
export class FakeSocket implements LiveSocket {
  readonly sent: { event: string; payload: unknown }[] = [];
  /** Event → what refuses it. */
  readonly refusals = new Map<string, { code: string; message: string }>();
  /** Event → what its acknowledgement carries. */
  readonly answers = new Map<string, object>();
  connects = 0;
  readonly #listeners = new Map<string, ((...values: unknown[]) => void)[]>();

  connect(): void {
    this.connects++;
  }

  disconnect(): void {
    this.receive('disconnect');
  }

  on(event: string, listener: (...values: unknown[]) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  off(event: string, listener: (...values: unknown[]) => void): void {
    const others = (this.#listeners.get(event) ?? []).filter((other) => other !== listener);
    this.#listeners.set(event, others);
  }

  timeout(): {
    emit(event: string, payload: unknown, done: (error: unknown, answer: unknown) => void): void;
  } {
    return {
      emit: (event, payload, done) => {
        this.sent.push({ event, payload });
        const error = this.refusals.get(event);
        done(null, error ? { ok: false, error } : { ok: true, ...this.answers.get(event) });
      },
    };
  }

  /** What the server sends. */
  receive(event: string, payload?: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(payload);
  }

  /** The payload of the last request of this event. */
  last(event: string): unknown {
    return this.sent.findLast((sent) => sent.event === event)?.payload;
  }
}
