import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { LastDelivery, ListedDevice } from '@apiary/common/messages/channel.ts';
import { NOTIFICATION_ROUTES as ROUTES } from '@apiary/queen/notification-routes.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { dayAndTime, printable, table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';

const shape = {
  ...connectionSettings,
  all: { schema: switchSchema, help: 'list: the devices of everybody, for admins' },
  json: { schema: switchSchema, help: 'prints one JSON document' },
} as const;

type DeviceSettings = Settings<typeof shape>;

/** `./apiary devices …`: phones and browsers. `test` exits with 1 when the message did not arrive. */
export const run = verbCommand({
  name: 'devices',
  usage: [
    './apiary devices [list] [--all]',
    './apiary devices test ID',
    './apiary devices remove ID…',
  ],
  shape,
  verbs: { list, test, remove },
  initial: 'list',
});

async function list(settings: DeviceSettings, rest: readonly string[], io: CommandIo) {
  if (rest.length > 0) throw new AppError('setting-invalid', 'devices list takes no words');
  const client = await ApiClient.connect(settings, io.signal);
  const query = settings.all ? { everybody: 'true' } : {};
  const { devices } = await client.call(ROUTES.listDevices, undefined, query);
  if (settings.json) io.stdout.write(`${JSON.stringify({ devices })}\n`);
  else if (devices.length > 0) {
    const head = ['ID', 'USER', 'KIND', 'NAME', 'SINCE', 'LAST DELIVERY'];
    io.stdout.write(table([head, ...devices.map(row)]));
  } else {
    io.stdout.write(
      settings.all
        ? 'No device is registered. A browser: Settings, Channels in the web UI; a phone: its app.\n'
        : 'You have no device here; --all lists those of everybody.\n',
    );
  }
  return 0;
}

async function test(settings: DeviceSettings, rest: readonly string[], io: CommandIo) {
  const [device, ...more] = rest;
  if (device === undefined || more.length > 0) {
    throw new AppError('setting-invalid', 'devices test: give one id, as devices list does');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const { result } = await client.call(ROUTES.testDevice, { device });
  const { outcome, note, tookMs } = result;
  const text = `${outcome} to ${result.device ?? device} in ${tookMs} ms: ${note}`;
  io.stdout.write(`${settings.json ? JSON.stringify({ result }) : printable(text)}\n`);
  return outcome === 'sent' ? 0 : 1;
}

async function remove(settings: DeviceSettings, ids: readonly string[], io: CommandIo) {
  if (ids.length === 0) {
    throw new AppError('setting-invalid', 'devices remove: give ids, as devices list does');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const answer = await client.call(ROUTES.removeDevices, { devices: [...ids] });
  if (settings.json) io.stdout.write(`${JSON.stringify(answer)}\n`);
  else for (const id of answer.removed) io.stdout.write(`removed ${printable(id)}\n`);
  return 0;
}

function row({ id, user, kind, name, registeredMs, last }: ListedDevice): string[] {
  return [id, user, kind, name, dayAndTime(registeredMs), lastText(last)];
}

/** `delivered 20 Nov 14:02, Disk full on web-1`. */
export function lastText(last: LastDelivery | undefined): string {
  if (!last) return 'none yet';
  const note = last.state === 'delivered' || last.note === undefined ? '' : ` (${last.note})`;
  return `${last.state} ${dayAndTime(last.atMs)}, ${last.title}${note}`.slice(0, 120);
}
