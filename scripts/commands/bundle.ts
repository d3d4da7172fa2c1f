import { AppError } from '@apiary/common/errors.ts';
import { bundle } from '../bundle.ts';
import type { CommandIo } from '../command.ts';

/** `./apiary bundle DIR`: bundles the programs into a folder. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const [folder] = argv;
  if (folder === undefined || folder.startsWith('-')) {
    throw new AppError('setting-invalid', 'DIR: give the folder to write into');
  }
  await bundle(folder);
  io.stdout.write(`${folder}\n`);
  return 0;
}
