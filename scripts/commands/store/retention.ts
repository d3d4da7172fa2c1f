/** `./apiary store retention`: how long what is stored stays. */
import { AppError } from '@apiary/common/errors.ts';
import {
  DEFAULT_CLASS,
  type RetentionClass,
  type RetentionView,
  retentionClassesSchema,
  retentionClassSchema,
} from '@apiary/common/messages/retention.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { ApiClient } from '../../api-client.ts';
import { byteSize } from '../../byte-size.ts';
import type { CommandIo } from '../../command.ts';
import { confirm } from '../../confirm.ts';
import { table } from '../../terminal-text.ts';
import type { StoreSettings } from './shape.ts';

/** `list`, `set NAME` with what is to change, or `remove NAME`. */
export async function retention(
  settings: StoreSettings,
  words: readonly string[],
  io: CommandIo,
): Promise<number> {
  const [verb = 'list', name, ...more] = words;
  const client = await ApiClient.connect(settings, io.signal);
  const { classes } = await client.call(ROUTES.readRetention);
  if (verb === 'list' && name === undefined) return show(settings, classes, io);
  if (!['set', 'remove'].includes(verb) || name === undefined || more.length > 0) {
    throw new AppError('setting-invalid', 'store retention: list, set NAME or remove NAME');
  }
  const active = classes.filter((each) => each.active);
  const wanted = verb === 'set' ? changed(active, name, settings) : without(active, name);
  const checked = retentionClassesSchema.safeParse(wanted);
  if (!checked.success) {
    const words = checked.error.issues.map(({ message }) => message).join(', ');
    throw new AppError('setting-invalid', `store retention ${verb}: ${words}`);
  }
  if (!settings.yes && !(await agrees(client, checked.data, io))) {
    io.stderr.write('Nothing was changed.\n');
    return 1;
  }
  const answer = await client.call(ROUTES.setRetention, { classes: checked.data });
  return show(settings, answer.classes, io);
}

/** Asks when something would go at once. */
async function agrees(
  client: ApiClient,
  classes: readonly RetentionClass[],
  io: CommandIo,
): Promise<boolean> {
  const preview = await client.call(ROUTES.previewRetention, { classes: [...classes] });
  const { firstDay, lastDay, records, storedBytes } = preview;
  if (firstDay === undefined) return true;
  const days = firstDay === lastDay ? `of ${firstDay}` : `of ${firstDay} to ${lastDay}`;
  const what = `${records} lines (${byteSize(storedBytes)}) ${days}`;
  return await confirm(`This deletes ${what} at once, for good. Go on?`, io);
}

/** A new class comes before `default`, which takes what is left. */
function changed(
  classes: readonly RetentionClass[],
  name: string,
  { tags, days, size }: StoreSettings,
): RetentionClass[] {
  const before = classes.find((each) => each.name === name);
  const after = {
    ...plain(before ?? { name, tags: [] }),
    ...(tags !== undefined && { tags }),
    ...(days !== undefined && { days: days === 'forever' ? undefined : days }),
    ...(size !== undefined && { bytes: size === 'any' ? undefined : size }),
  };
  const known = retentionClassSchema.safeParse(after);
  if (!known.success) {
    const [issue] = known.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new AppError('setting-invalid', `store retention set: ${where} ${issue?.message}`);
  }
  const plainClasses = classes.map(plain);
  if (before) return plainClasses.map((each) => (each.name === name ? known.data : each));
  const rest = plainClasses.filter((each) => each.name === DEFAULT_CLASS);
  return [...plainClasses.filter((each) => each.name !== DEFAULT_CLASS), known.data, ...rest];
}

function without(classes: readonly RetentionClass[], name: string): RetentionClass[] {
  if (!classes.some((each) => each.name === name)) {
    throw new AppError('not-found', `There is no retention class ${name}.`);
  }
  return classes.filter((each) => each.name !== name).map(plain);
}

function plain({ name, tags, days, bytes }: RetentionClass): RetentionClass {
  return { name, tags, ...(days !== undefined && { days }), ...(bytes !== undefined && { bytes }) };
}

function show(settings: StoreSettings, classes: readonly RetentionView[], io: CommandIo): number {
  io.stdout.write(settings.json ? `${JSON.stringify({ classes })}\n` : retentionTable(classes));
  return 0;
}

function retentionTable(classes: readonly RetentionView[]): string {
  const head = ['CLASS', 'TAGS', 'KEEPS', 'AT MOST', 'CHUNKS', 'RAW', 'ON DISK', 'DAYS'];
  const rows = classes.map((each) => [
    each.name,
    each.active ? each.tags.join(',') || (each.name === DEFAULT_CLASS ? 'all others' : '') : '-',
    each.active ? keeps(each.days) : `as ${DEFAULT_CLASS}`,
    each.bytes === undefined ? 'any size' : byteSize(each.bytes),
    String(each.chunks),
    byteSize(each.rawBytes),
    byteSize(each.storedBytes),
    each.firstDay === undefined ? '' : `${each.firstDay} to ${each.lastDay}`,
  ]);
  return table([head, ...rows]);
}

function keeps(days: number | undefined): string {
  if (days === undefined) return 'forever';
  return days === 1 ? '1 day' : `${days} days`;
}
