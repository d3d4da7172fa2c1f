/**
 * systemd's journal, followed with `journalctl`: entries become JSON with the fields that people look for.
 * Each entry's cursor lies in the spool with it, so that a restart goes on with the next entry. Options:
 * `journald:?unit=nginx.service` (several times), `journald:?directory=/var/log/journal/remote`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { AppError } from '@apiary/common/errors.ts';
import type { SpoolRecord } from '../spool/frame.ts';
import { codeOf, wordsOf } from '../system-error.ts';
import { forbiddenReason, isAllowed } from './file/open.ts';
import { LineSplitter } from './line-splitter.ts';
import type { ProducerContext, StartProducer } from './spooled-input.ts';

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];
/** Fields of an entry → of the record. Others that begin with `_` are systemd's own and left out. */
const NAMES: Readonly<Record<string, string>> = {
  _HOSTNAME: 'host',
  _SYSTEMD_UNIT: 'unit',
  _SYSTEMD_USER_UNIT: 'user_unit',
  SYSLOG_IDENTIFIER: 'identifier',
  SYSLOG_FACILITY: 'facility',
  _COMM: 'command',
  _PID: 'pid',
  _UID: 'uid',
  _TRANSPORT: 'transport',
};
const LEFT_OUT = new Set(['MESSAGE', 'PRIORITY', 'SYSLOG_TIMESTAMP', 'SYSLOG_RAW', 'SYSLOG_PID']);
const STDERR_KEPT = 500;

/** Producer of `journald:` targets. */
export const startJournald: StartProducer = async (context) => {
  const source = sourceOf(context);
  if (context.spool.isNew && !context.spec.history) {
    await context.spool.begin(await lastCursor(source));
  }
  const { cursor } = context.spool;
  const from = cursor === undefined ? ['--lines=all'] : [`--after-cursor=${cursor}`];
  const follow = ['--follow', '--no-tail', ...from];
  const child = spawn('journalctl', [...source, ...follow], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endOf(child);
  await Promise.race([once(child, 'spawn'), ended.then((words) => Promise.reject(words))]).catch(
    (words: unknown) => {
      throw new AppError('target-invalid', `journalctl cannot be run: ${String(words)}`);
    },
  );
  const reading = read(context, child)
    .then(() => ended)
    .catch(wordsOf)
    .then((words) => context.failed(`journalctl ended: ${words}`));
  return {
    async stop() {
      child.kill();
      await Promise.all([ended, reading]);
    },
  };
};

/** An entry of `journalctl --output=json` as a record; undefined for what is no entry. */
export function recordOfEntry(
  line: string,
  spec: { readonly history: boolean },
): SpoolRecord | undefined {
  let entry: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    entry = { ...parsed };
  } catch {
    return undefined;
  }
  const { __CURSOR: cursor, __REALTIME_TIMESTAMP: micros, PRIORITY: priority } = entry;
  const level = LEVELS[Number(textOf(priority) ?? 6)];
  const body: Record<string, unknown> = { time: timeOf(textOf(micros)), level };
  for (const [field, value] of Object.entries(entry)) {
    const name = NAMES[field] ?? (field.startsWith('_') ? undefined : field.toLowerCase());
    if (name !== undefined && !LEFT_OUT.has(field)) body[name] = textOf(value);
  }
  body.message = textOf(entry.MESSAGE) ?? '';
  const source = body.unit ?? body.identifier ?? 'kernel';
  return {
    body: Buffer.from(JSON.stringify(body)),
    name: `journald:${source}`,
    ...(typeof cursor === 'string' ? { cursor } : {}),
    history: spec.history,
  };
}

async function read(context: ProducerContext, child: ChildProcess): Promise<void> {
  const lines = new LineSplitter();
  const { history } = context.spec;
  // What was there when the target was set; what follows is told apart by its time.
  const setMs = context.spool.isNew ? context.clock.now() : Number.NEGATIVE_INFINITY;
  for await (const chunk of child.stdout ?? []) {
    const records = lines.push(chunk).flatMap((line) => {
      const text = line.toString();
      const isOld = history && entryMs(text) < setMs;
      return recordOfEntry(text, { history: isOld }) ?? [];
    });
    await context.spool.appendWhenRoom(records, context.signal);
  }
}

function entryMs(line: string): number {
  return Number(/"__REALTIME_TIMESTAMP":"(\d+)"/.exec(line)?.[1] ?? 0) / 1000;
}

/** Which journal, as arguments. @throws AppError `target-invalid` or `target-forbidden` */
function sourceOf({ spec, allowance }: ProducerContext): string[] {
  const options = new URLSearchParams(spec.url.replace(/^journald:\??/, ''));
  const source = ['--output=json', '--no-pager', '--all', '--quiet'];
  for (const [name, value] of options) {
    if (name === 'unit') source.push(`--unit=${value}`);
    else if (name !== 'directory') {
      throw new AppError('target-invalid', `journald: knows unit and directory, not ${name}`);
    } else {
      const real = realpathSync(value);
      if (!isAllowed(real, allowance)) {
        throw new AppError('target-forbidden', forbiddenReason(value, real, allowance));
      }
      source.push(`--directory=${real}`);
    }
  }
  return source;
}

/** The newest entry's cursor; empty for an empty journal. */
async function lastCursor(source: readonly string[]): Promise<string> {
  const child = spawn('journalctl', [...source, '--lines=1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = endOf(child);
  const lines = new LineSplitter();
  const all: Buffer[] = [];
  for await (const chunk of child.stdout) all.push(...lines.push(chunk));
  await ended;
  return recordOfEntry(String(all.at(-1) ?? ''), { history: false })?.cursor ?? '';
}

/** Resolves with why it ended. */
function endOf(child: ChildProcess): Promise<string> {
  let words = '';
  child.stderr?.on('data', (data: Buffer) => {
    words = (words + data.toString()).slice(-STDERR_KEPT);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(codeOf(error) === 'ENOENT' ? 'it is not installed here' : wordsOf(error));
    });
    child.once('close', (code) => resolve(words.trim() || `exit code ${code}`));
  });
}

function timeOf(micros: string | undefined): string | undefined {
  if (micros === undefined || !/^\d{7,}$/.test(micros)) return undefined;
  const millis = new Date(Number(micros.slice(0, -3))).toISOString();
  return `${millis.slice(0, -1)}${micros.slice(-3)}Z`;
}

/** Fields are texts; lists of them where a field occurs twice; lists of bytes where it is no UTF-8. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  if (value.every((each) => typeof each === 'number')) return Buffer.from(value).toString();
  return value.map((each) => textOf(each) ?? '').join(' ');
}
