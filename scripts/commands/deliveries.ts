import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { type DeliveryView, deliveryStateSchema } from '@apiary/common/messages/channel.ts';
import { NOTIFICATION_ROUTES as ROUTES } from '@apiary/queen/notification-routes.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { dayAndTime, printable, table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';

const shape = {
  ...connectionSettings,
  state: {
    schema: deliveryStateSchema.optional(),
    value: 'STATE',
    help: 'list: only those that are waiting, delivered, dead or dropped',
  },
  channel: { schema: z.string().max(64).optional(), value: 'NAME', help: 'list: only to this one' },
  limit: {
    schema: z.coerce.number('expected a number').int().min(1).max(500).default(50),
    value: 'N',
    help: 'list: how many, newest first, up to 500',
  },
  json: { schema: switchSchema, help: 'prints one JSON document: {"deliveries"}' },
} as const;

type DeliverySettings = Settings<typeof shape>;

/** `./apiary deliveries …`: what was sent where, and what came of it. */
export const run = verbCommand({
  name: 'deliveries',
  usage: [
    './apiary deliveries list [--state dead] [--channel NAME] [--limit N]',
    './apiary deliveries resend ID…|dead    tries again what was given up: by id, or all of it',
  ],
  shape,
  verbs: { list, resend },
  initial: 'list',
});

async function list(settings: DeliverySettings, rest: readonly string[], io: CommandIo) {
  if (rest.length > 0) throw new AppError('setting-invalid', 'deliveries list takes no words');
  const client = await ApiClient.connect(settings, io.signal);
  const { state, channel, limit } = settings;
  const answer = await client.call(ROUTES.listDeliveries, undefined, {
    limit: String(limit),
    ...(state !== undefined && { state }),
    ...(channel !== undefined && { channel }),
  });
  show(answer.deliveries, 'Nothing was sent yet.\n', settings, io);
  return 0;
}

async function resend(settings: DeliverySettings, ids: readonly string[], io: CommandIo) {
  if (ids.length === 0) {
    throw new AppError('setting-invalid', 'deliveries resend: give ids, as deliveries list does');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const wanted = ids.length === 1 && ids[0] === 'dead' ? await deadOnes(client) : [...ids];
  const { deliveries } =
    wanted.length === 0
      ? { deliveries: [] }
      : await client.call(ROUTES.resendDeliveries, { deliveries: wanted });
  show(deliveries, 'Nothing is dead.\n', settings, io);
  return 0;
}

/** The newest; the bound is that of one request. */
async function deadOnes(client: ApiClient): Promise<string[]> {
  const query = { state: 'dead', limit: '500' };
  const { deliveries } = await client.call(ROUTES.listDeliveries, undefined, query);
  return deliveries.map(({ id }) => id);
}

function show(
  deliveries: readonly DeliveryView[],
  empty: string,
  { json }: DeliverySettings,
  io: CommandIo,
): void {
  if (json) io.stdout.write(`${JSON.stringify({ deliveries })}\n`);
  else if (deliveries.length === 0) io.stdout.write(empty);
  else {
    const head = ['ID', 'WHEN', 'TO', 'STATE', 'TRIES', 'WHAT', 'LAST ANSWER'];
    io.stdout.write(table([head, ...deliveries.map(row)]));
  }
}

function row(delivery: DeliveryView): string[] {
  const { id, atMs, channel, user, deviceName, state, attemptCount, kind, title } = delivery;
  const to = deviceName === undefined ? channel : `${user}’s ${deviceName}`;
  const what = `${kind}: ${title}`.slice(0, 60);
  const note = printable(delivery.attempts.at(-1)?.note ?? '').slice(0, 80);
  return [id, dayAndTime(atMs), to, state, String(attemptCount), what, note];
}
