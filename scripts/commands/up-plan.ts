/**
 * What `./apiary up` does before and after it has started its children, in a process of its own that then
 * ends: settings, ports, keys, the web UI's build, the first targets. So the launcher, which lives as long
 * as the instance, never loads any of it.
 */
import { resolve } from 'node:path';
import { parseSettings, settingsHelp } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { CommandIo } from '../command.ts';
import { prepareFolder } from '../data-folder.ts';
import { childGroups, makePlan, type Plan, upSettings } from '../up/plan.ts';
import { welcome } from '../up/welcome.ts';
import { buildWeb, webIsBuilt } from '../web-build.ts';

/** See the file's head. It speaks with {@link CommandIo.parent}. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary up\n${settingsHelp(upSettings)}\n`);
    return 0;
  }
  const { parent } = io;
  if (!parent) throw new AppError('setting-invalid', 'up-plan is started by ./apiary up');
  const { settings, words, given } = parseSettings(upSettings, argv, io.env);
  if (words.length > 0) {
    throw new AppError('setting-invalid', `up takes no words, but was given ${words[0]}`);
  }
  const startedMs = performance.now();
  const folder = resolve(settings.data);
  prepareFolder(folder);
  parent.tell({ type: 'folder', folder });
  await parent.told('locked');
  const plan = await makePlan(folder, settings, given, io);
  parent.tell({ type: 'plan', groups: childGroups(plan), renewal: renewalOf(plan) });
  const building = buildIfNeeded(io);
  // Looked at below; until then a failed build must not count as unhandled.
  building.catch(() => {});
  await parent.told('running');
  await building;
  parent.tell({ type: 'welcomed', facts: await welcome(plan, io, startedMs) });
  return 0;
}

/** What renews the instance's own certificate when it is due. */
function renewalOf({ encryption, folder, settings }: Plan): readonly string[] {
  if (!encryption?.isOwn) return [];
  const publicUrl = settings.publicUrl ? ['--public-url', settings.publicUrl] : [];
  return ['tls', 'renew', '--due', '--data', folder, '--listen', settings.listen, ...publicUrl];
}

async function buildIfNeeded(io: CommandIo): Promise<void> {
  if (webIsBuilt()) return;
  io.stderr.write('apiary: building the web UI…\n');
  const startedMs = performance.now();
  await buildWeb();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  io.stderr.write(`apiary: built in ${seconds} s\n`);
}
