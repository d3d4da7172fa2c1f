/**
 * Settings: each exists once, as a zod shape, and gives a flag, an environment name, a default and a
 * line of help. Command line and environment are passed in by entry points.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { AppError } from './errors.ts';
import { nearestWord } from './nearest.ts';

/** One setting. `--name` = `APIARY_NAME` = the schema's default. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  /** What the value is, as `--help` shows it, e.g. `DIR`; absent for a switch. */
  readonly value?: string;
  /** May be given several times; the values are joined with commas. */
  readonly isList?: boolean;
  /** One sentence. */
  readonly help: string;
  /** Shown instead of the schema's default, where that is made at run time. */
  readonly defaultText?: string;
}

/** Name in camelCase → setting. */
export type SettingsShape = Readonly<Record<string, Setting>>;

/** The parsed values of a shape. */
export type Settings<S extends SettingsShape> = { [K in keyof S]: z.output<S[K]['schema']> };

/** `httpPort` → `http-port`. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `httpPort` → `APIARY_HTTP_PORT`. */
export function environmentName(name: string): string {
  return `APIARY_${flagName(name).replaceAll('-', '_').toUpperCase()}`;
}

/** Parsed settings, the remaining words, and which names were given by a person. */
export interface ParsedSettings<S extends SettingsShape> {
  readonly settings: Settings<S>;
  readonly words: readonly string[];
  readonly given: ReadonlySet<keyof S>;
}

/**
 * Reads settings from a command line and an environment; the command line wins.
 *
 * @throws AppError `setting-invalid` naming the setting, for an unknown flag or a wrong value.
 */
export function parseSettings<S extends SettingsShape>(
  shape: S,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ParsedSettings<S> {
  const { values, words } = readFlags(shape, argv);
  const settings: Record<string, unknown> = {};
  const given = new Set<keyof S>();
  for (const [name, setting] of Object.entries(shape)) {
    const fromFlag = values[flagName(name)];
    const raw = fromFlag ?? environment[environmentName(name)];
    if (raw !== undefined) given.add(name);
    const result = setting.schema.safeParse(raw);
    if (!result.success) {
      const origin = fromFlag === undefined ? environmentName(name) : `--${flagName(name)}`;
      const reason = result.error.issues[0]?.message ?? 'invalid';
      throw new AppError('setting-invalid', `${origin}: ${reason}`, { details: { setting: name } });
    }
    settings[name] = result.data;
  }
  // Each value was parsed by the schema of its own name just above.
  return { settings: settings as Settings<S>, words, given };
}

function readFlags(shape: SettingsShape, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(shape).map(([name, setting]) => [
      flagName(name),
      {
        type: setting.value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: setting.isList === true,
      },
    ]),
  );
  try {
    const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    const values: Record<string, unknown> = parsed.values;
    for (const [name, value] of Object.entries(values)) {
      if (Array.isArray(value)) values[name] = value.join(',');
    }
    return { values, words: parsed.positionals };
  } catch (error) {
    throw new AppError('setting-invalid', flagProblem(error, Object.keys(options)), {
      cause: error,
    });
  }
}

/** What `parseArgs` found wrong, in one sentence that says what to do. */
function flagProblem(error: unknown, flags: readonly string[]): string {
  const message = error instanceof Error ? error.message : String(error);
  const [sentence = message] = message.split(/\.\s/);
  const flag = /'(-[^' ]*)/.exec(message)?.[1];
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (flag === undefined) return sentence.trim();
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const meant = nearestWord(flag.replace(/^-+/, ''), flags);
    const hint = meant === undefined ? '' : `; did you mean --${meant}?`;
    return `there is no ${flag}${hint || ';'} --help lists what there is`;
  }
  if (sentence.includes('ambiguous'))
    return `${flag} wants a value; one that begins with - is written ${flag}=-…`;
  if (sentence.includes('argument missing')) return `${flag} wants a value`;
  if (sentence.includes('does not take an argument')) return `${flag} takes no value`;
  return sentence.trim();
}

/** The help text of a shape: one line a setting. */
export function settingsHelp(shape: SettingsShape): string {
  const rows = Object.entries(shape).map(([name, setting]): [string, string] => {
    const flag = `--${flagName(name)}${setting.value ? ` ${setting.value}` : ''}`;
    const fallback = defaultOf(setting);
    return [flag, `${setting.help}${fallback ? ` [${fallback}]` : ''} (${environmentName(name)})`];
  });
  const width = Math.max(0, ...rows.map(([flag]) => flag.length));
  return rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`).join('\n');
}

/** The documented default of a setting, or an empty string. */
export function defaultOf(setting: Setting): string {
  if (setting.defaultText !== undefined) return setting.defaultText;
  const result = setting.schema.safeParse(undefined);
  return result.success && result.data !== undefined && result.data !== false
    ? String(result.data)
    : '';
}

/** A TCP port from text. */
export const portSchema = z.coerce
  .number({ error: 'expected a port number' })
  .int('expected a port number')
  .min(1, 'expected a port from 1 to 65535')
  .max(65_535, 'expected a port from 1 to 65535');

/** A switch: absent = false; in the environment `1` or `true`. */
export const switchSchema = z
  .union([z.boolean(), z.enum(['1', 'true', '0', 'false', ''])])
  .optional()
  .transform((value) => value === true || value === '1' || value === 'true');
