/** `./apiary import FILE…`: bulk-loads log files, and proves that what was read is what is stored. */
import { hostname } from 'node:os';
import { parseSettings, type Settings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { DigestPart } from '@apiary/common/messages/actions/import.ts';
import { IMPORT_ROUTES } from '@apiary/queen/import-routes.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import { byteSize } from '../byte-size.ts';
import type { CommandIo } from '../command.ts';
import {
  type Content,
  type Fingerprint,
  fingerprintOf,
  generationOf,
  openContent,
} from '../import/content.ts';
import { cutRuns } from '../import/cutter.ts';
import { Progress } from '../import/progress.ts';
import { sendRuns } from '../import/sender.ts';
import { connectionSettings } from '../settings.ts';
import { printable } from '../terminal-text.ts';

const shape = {
  ...connectionSettings,
  host: {
    schema: z.string().min(1).max(255).default(hostname()),
    value: 'NAME',
    help: 'host that the lines are from',
    defaultText: 'this one',
  },
  tags: {
    schema: z
      .string()
      .default('')
      .transform((text) => text.split(',').filter((tag) => tag !== '')),
    value: 'TAG,…',
    help: 'tags of the lines; they choose the retention class as well',
    defaultText: 'none',
  },
  json: { schema: switchSchema, help: 'prints one JSON document: {"files"}' },
} as const;

/** The `target` of records that came by an import. */
const IMPORT_TARGET = 'import';

interface Outcome extends Fingerprint {
  readonly file: string;
  readonly host: string;
  /** Bytes that were not stored before. */
  readonly storedBytes: number;
  /** What was read back. */
  readonly stored: Pick<DigestPart, 'bytes' | 'lines' | 'sha256'>;
  readonly proven: boolean;
}

/** Runs it. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary import FILE… (plain, gz or zstd; - is what is piped in)\n`);
    io.stdout.write(`${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  if (words.length === 0) throw new AppError('setting-invalid', 'say which files to import, or -');
  const client = await ApiClient.connect(settings, io.signal);
  const outcomes: Outcome[] = [];
  for (const word of words) {
    const content = await openContent(word, io);
    try {
      const outcome = await importOne(content, { client, settings, io });
      outcomes.push(outcome);
      if (!settings.json) tell(outcome, io);
    } finally {
      await content.close();
    }
  }
  if (settings.json) io.stdout.write(`${JSON.stringify({ files: outcomes })}\n`);
  return outcomes.every(({ proven }) => proven) ? 0 : 1;
}

interface Importing {
  readonly client: ApiClient;
  readonly settings: Settings<typeof shape>;
  readonly io: CommandIo;
}

async function importOne(content: Content, { client, settings, io }: Importing): Promise<Outcome> {
  const { host, tags } = settings;
  const { name } = content;
  const reading = new Progress(io, 'reading', { name, total: content.size });
  const read = await fingerprintOf(content, (bytes) => reading.add(bytes));
  reading.end();
  const generation = generationOf(host, read.sha256);
  const size = read.bytes;
  const begun = { generation, name, tags, size };
  const { ranges: held } = await client.call(IMPORT_ROUTES.beginImport, begun);
  const storing = new Progress(io, 'storing', { name, total: size });
  const facts = { generation, target: IMPORT_TARGET, file: name, tags, observed: Date.now() };
  const storedBytes = await sendRuns(cutRuns(content.read(), facts), {
    ...{ client, host, held, signal: io.signal },
    zoneOffsetMinutes: -new Date().getTimezoneOffset(),
    onDone: (bytes) => storing.add(bytes),
  });
  storing.end();
  const stored = await readBack(client, generation, { name, size, io });
  const proven =
    stored.sha256 === read.sha256 && stored.lines === read.lines && stored.bytes === size;
  return { file: name, host, ...read, storedBytes, stored, proven };
}

async function readBack(
  client: ApiClient,
  generation: string,
  { name, size, io }: { readonly name: string; readonly size: number; readonly io: CommandIo },
): Promise<Outcome['stored']> {
  const proving = new Progress(io, 'reading back', { name, total: size });
  let stored: Outcome['stored'] = { bytes: 0, lines: 0 };
  for await (const { bytes, lines, sha256 } of client.parts(IMPORT_ROUTES.readDigest, {
    generation,
  })) {
    proving.add(bytes - stored.bytes);
    stored = { bytes, lines, ...(sha256 !== undefined && { sha256 }) };
  }
  proving.end();
  return stored;
}

function tell(outcome: Outcome, io: CommandIo): void {
  const { file, lines, bytes, sha256, storedBytes, stored, proven } = outcome;
  const news =
    storedBytes === bytes
      ? 'all of it new'
      : storedBytes === 0
        ? 'nothing of it new: it is stored once'
        : `${byteSize(storedBytes)} of it new`;
  io.stdout.write(`${printable(file)}: ${byteSize(bytes)}, ${news}\n`);
  io.stdout.write(`  read    ${lines} lines, sha256 ${sha256}\n`);
  io.stdout.write(`  stored  ${stored.lines} lines, sha256 ${stored.sha256 ?? 'unknown'}\n`);
  if (proven) return;
  io.stderr.write(
    `apiary import: only ${stored.bytes} of ${bytes} bytes of ${printable(file)} can be read back. ` +
      'What was stored before and went by retention or deletion does not come back.\n',
  );
}
