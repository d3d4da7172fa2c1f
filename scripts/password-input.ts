/** Passwords for commands: typed without being shown, or the first line of what is piped in. */
import { createInterface } from 'node:readline';
import { ReadStream } from 'node:tty';
import { AppError } from '@apiary/common/errors.ts';
import type { CommandIo } from './command.ts';

const ENTER = /[\r\n]/;
const BACKSPACE = /[\u007f\b]/;
const INTERRUPT = '\u0003';

/** A new password; at a terminal it is asked for twice. @throws AppError `setting-invalid` */
export async function readNewPassword(io: CommandIo, user: string): Promise<string> {
  if (!(io.stdin instanceof ReadStream)) return await firstLine(io);
  const typed = await ask(io, io.stdin, `New password for ${user}: `);
  const again = await ask(io, io.stdin, 'The same again: ');
  if (typed === again) return typed;
  throw new AppError('setting-invalid', 'the two passwords differ; nothing was changed');
}

async function firstLine(io: CommandIo): Promise<string> {
  const lines = createInterface({ input: io.stdin, signal: io.signal });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  throw new AppError('setting-invalid', 'no password: type it at a terminal, or pipe it in');
}

/** Reads keys one by one, so that the terminal shows none. */
async function ask(io: CommandIo, terminal: ReadStream, question: string): Promise<string> {
  io.stderr.write(question);
  terminal.setRawMode(true);
  terminal.resume();
  terminal.setEncoding('utf8');
  let typed = '';
  try {
    return await new Promise<string>((resolve, reject) => {
      const onData = (keys: string) => {
        for (const key of keys) {
          if (key === INTERRUPT) reject(new AppError('setting-invalid', 'interrupted'));
          else if (ENTER.test(key)) {
            terminal.off('data', onData);
            resolve(typed);
            return;
          } else if (BACKSPACE.test(key)) typed = [...typed].slice(0, -1).join('');
          else typed += key;
        }
      };
      terminal.on('data', onData);
    });
  } finally {
    terminal.setRawMode(false);
    terminal.pause();
    io.stderr.write('\n');
  }
}
