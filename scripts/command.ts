/** What a command of `./apiary` is. Commands never touch `process`; they are given what they need. */

/** The outside as a command sees it. */
export interface CommandIo {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C, SIGTERM, or the end of the process that started this one. */
  readonly signal: AbortSignal;
  /** Tells the process that started this one that the work has begun. */
  readonly ready: (facts: Readonly<Record<string, unknown>>) => void;
  /** The file that runs commands; processes that a command starts run it too. */
  readonly program: string;
  /** The process that started this one, if it listens. */
  readonly parent: ParentLink | undefined;
}

/** A line to the process that started this one. */
export interface ParentLink {
  readonly tell: (message: { readonly type: string } & Readonly<Record<string, unknown>>) => void;
  /** Resolves when it says so; rejects when it has ended. */
  readonly told: (type: string) => Promise<void>;
}

/** A command's module. */
export interface CommandModule {
  /** Exit code: 0, 1 failed, 2 wrong use. May throw an AppError, which is shown in one line. */
  run(argv: readonly string[], io: CommandIo): Promise<number>;
}

/** A row of the table of commands. */
export interface CommandEntry {
  readonly name: string;
  /** What follows the name. */
  readonly usage: string;
  readonly summary: string;
  /** Words that people try for it, for the message that there is no such command. */
  readonly triedAs?: readonly string[];
  /** Not shown by `--help`. */
  readonly internal?: boolean;
  /** The command whose work it does, where that is another one. */
  readonly partOf?: string;
  readonly load: () => Promise<CommandModule>;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
