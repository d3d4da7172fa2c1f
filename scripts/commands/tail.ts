import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { BoundedOutput } from '../bounded-output.ts';
import type { CommandIo } from '../command.ts';
import { queryMistake, serverMistake } from '../query-check.ts';
import { jsonRecord, recordLine } from '../record-lines.ts';
import { connectionSettings } from '../settings.ts';
import { followTail, type TailEvents } from '../tail-connection.ts';
import { wantsColour } from '../terminal-text.ts';

const shape = {
  ...connectionSettings,
  json: { schema: switchSchema, help: 'prints one JSON object a line' },
} as const;

/** `./apiary tail '<query>'`: follows until Ctrl-C; without a query everything. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary tail '<query>'\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const query = words.join(' ');
  const mistake = queryMistake(query);
  if (mistake) return refuse(io, mistake);
  try {
    await followTail({
      instance: settings,
      query,
      signal: io.signal,
      events: eventsTo(io, settings.json),
    });
    return 0;
  } catch (thrown) {
    if (io.signal.aborted) return 0;
    const fromServer = serverMistake(query, toAppError(thrown));
    if (fromServer) return refuse(io, fromServer);
    throw thrown;
  }
}

function refuse(io: CommandIo, mistake: string): number {
  io.stderr.write(`apiary tail: ${mistake}`);
  return 2;
}

function eventsTo(io: CommandIo, json: boolean): TailEvents {
  const say = (words: string) => io.stderr.write(`apiary tail: ${words}\n`);
  const onMissed = (count: number) => say(`${count} lines came too fast and are not shown`);
  const output = new BoundedOutput(io.stdout, onMissed);
  const hasColour = wantsColour(io.stdout, io.env);
  return {
    onRecords: (records) => {
      const lines = records.map((record) =>
        json ? JSON.stringify(jsonRecord(record)) : recordLine(record, hasColour),
      );
      output.write(lines);
    },
    onMissed,
    onCut: () => say('the connection was lost; trying again…'),
    onConnected: (isAgain) => {
      if (isAgain) say('connected again; search for what came in between');
      io.ready({});
    },
  };
}
