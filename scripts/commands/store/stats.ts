/** `./apiary store stats`: what the store takes, by day of arrival and class. */
import { STORE_ROUTES } from '@apiary/queen/store-routes.ts';
import { ApiClient } from '../../api-client.ts';
import { byteSize } from '../../byte-size.ts';
import type { CommandIo } from '../../command.ts';
import { table } from '../../terminal-text.ts';
import type { StoreSettings } from './shape.ts';

/** See the file's head. */
export async function stats(
  settings: StoreSettings,
  _words: readonly string[],
  io: CommandIo,
): Promise<number> {
  const client = await ApiClient.connect(settings, io.signal);
  const sizes = await client.call(STORE_ROUTES.readSizes);
  if (settings.json) {
    io.stdout.write(`${JSON.stringify(sizes)}\n`);
    return 0;
  }
  const rows = sizes.partitions.map((one) => [
    one.day,
    one.retentionClass,
    ...[one.chunks, one.records].map(String),
    ...[one.rawBytes, one.storedBytes].map(byteSize),
    one.rawBytes === 0 ? '' : (one.storedBytes / one.rawBytes).toFixed(3),
  ]);
  const head = ['DAY', 'CLASS', 'CHUNKS', 'LINES', 'RAW', 'STORED', 'RATIO'];
  const { open, diskBytes, freeBytes } = sizes;
  if (rows.length > 0) io.stdout.write(table([head, ...rows]));
  io.stdout.write(`Not sealed yet: ${open.records} lines, ${byteSize(open.rawBytes)}.\n`);
  if (diskBytes === undefined) return 0;
  const free = freeBytes === undefined ? '' : `, of these ${byteSize(freeBytes)} free for new data`;
  io.stdout.write(`On disk: ${byteSize(diskBytes)}${free}.\n`);
  return 0;
}
