import { parseBrokers, pinOf, placeOf } from '@apiary/common/bus/address.ts';
import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { readAuthority } from '@apiary/common/tls/authority-file.ts';
import { PinnedTrust } from '@apiary/common/tls/pin.ts';
import { checkNode, type Finding, isUsable } from '../broker-check.ts';
import { checkManagement } from '../broker-check-management.ts';
import type { CommandIo } from '../command.ts';
import { managementOf, managementSetting } from '../rabbit-accounts.ts';
import { commonSettings } from '../settings.ts';
import { printable } from '../terminal-text.ts';

const shape = {
  broker: { ...commonSettings.broker, help: 'what to look at, if no URL is given' },
  brokerCa: commonSettings.brokerCa,
  management: managementSetting,
  json: { schema: switchSchema, help: 'one JSON document on stdout' },
} as const;

const MARKS: Readonly<Record<Finding['state'], string>> = {
  ok: 'ok     ',
  warning: 'warning',
  bad: 'BAD    ',
  unknown: '?      ',
};

/** `./apiary broker check URL…`: is this RabbitMQ, node by node, what Apiary needs? */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary broker check URL…\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const given = words.length > 0 ? words.join(',') : settings.broker;
  if (given === undefined) {
    throw new AppError('setting-invalid', 'broker check: give amqp://USER:PASSWORD@HOST[,HOST…]');
  }
  const urls = parseBrokers(given);
  const authority =
    settings.brokerCa === undefined ? {} : { ca: readAuthority('--broker-ca', settings.brokerCa) };
  const findings: Finding[] = [];
  for (const url of urls) {
    const pin = pinOf(url);
    const trust = pin === undefined ? undefined : new PinnedTrust([pin]);
    await trust?.learn(placeOf(url));
    const tls = { ...authority, ...trust?.options };
    findings.push(...(await checkNode(url, tls)));
  }
  const [first] = urls;
  const { management, virtualHost } = managementOf(first, settings.management);
  findings.push(...(await checkManagement(management, virtualHost)));
  const usable = isUsable(findings);
  if (settings.json) io.stdout.write(`${JSON.stringify({ usable, findings })}\n`);
  else {
    for (const { state, what, text, todo } of findings) {
      const tail = todo === undefined ? '' : `\n         → ${todo}`;
      io.stdout.write(`${MARKS[state]}  ${what}  ${printable(text)}${tail}\n`);
    }
  }
  return usable ? 0 : 1;
}
