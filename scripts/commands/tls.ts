/** `./apiary tls`: with which key and authority an instance serves, and how it is renewed. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { keyPin, pinDigits } from '@apiary/common/tls/pin.ts';
import { authorityPaths, certify } from '@apiary/queen/tls/authority.ts';
import { toString as qrText } from 'qrcode';
import type { CommandIo } from '../command.ts';
import { commonSettings } from '../settings.ts';
import { certifiedNames, isOpenToOthers } from '../up/addresses.ts';
import { tlsFolder } from '../up/encryption.ts';

const { data, listen, publicUrl } = commonSettings;
const shape = {
  data,
  listen,
  publicUrl,
  newKey: {
    schema: switchSchema,
    help: 'with renew: makes another key too; every Bee has to be told the new pin',
  },
  due: { schema: switchSchema, help: 'with renew: only when the certificate ends soon' },
  json: { schema: switchSchema, help: 'one JSON document on stdout' },
};

/** See the file's head. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary tls [renew]\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const folder = tlsFolder(resolve(settings.data));
  if (words[0] === undefined) return await show(folder, settings.json, io);
  if (words[0] !== 'renew' || words.length > 1) {
    throw new AppError('setting-invalid', `tls ${words.join(' ')}: expected tls or tls renew`);
  }
  const { cert } = authorityPaths(folder);
  const before = existsSync(cert) ? namesOf(new X509Certificate(readFileSync(cert))) : [];
  // On loopback nothing is certified anew: the names that it was made for stay.
  const wanted = isOpenToOthers(settings) ? certifiedNames(settings) : [];
  if (before.length + wanted.length === 0) throw notThere(folder);
  const names = [...new Set([...wanted, ...before])];
  const force = settings.newKey ? 'key' : 'certificate';
  const nowMs = Date.now();
  const isNew = await certify({ folder, names, nowMs, ...(!settings.due && { force }) });
  if (settings.due) {
    if (isNew) io.stderr.write('apiary: the certificate was renewed\n');
    return 0;
  }
  io.stderr.write('Renewed. What runs takes it up by itself.\n');
  if (settings.newKey) {
    io.stderr.write('The key is another one: install the Bees of other machines again.\n');
  }
  return await show(folder, settings.json, io);
}

function notThere(folder: string): AppError {
  const text = `${folder} holds no certificate: ./apiary up --listen ADDRESS makes one`;
  return new AppError('not-found', text);
}

function namesOf(certificate: X509Certificate): string[] {
  const text = certificate.subjectAltName ?? '';
  const names = text.split(', ').map((each) => each.replace(/^(DNS|IP Address):/, ''));
  return names.filter((name) => name !== '').map(shortIpv6);
}

/** OpenSSL writes `0:0:0:0:0:0:0:1`. */
function shortIpv6(name: string): string {
  return /^[0-9A-F:]+:[0-9A-F:]+$/i.test(name)
    ? new URL(`http://[${name}]`).hostname.slice(1, -1)
    : name;
}

async function show(folder: string, json: boolean, io: CommandIo): Promise<number> {
  const paths = authorityPaths(folder);
  if (!existsSync(paths.cert)) throw notThere(folder);
  const authority = new X509Certificate(readFileSync(paths.authority));
  const certificate = new X509Certificate(readFileSync(paths.cert));
  const pin = keyPin(certificate.raw);
  const facts = {
    authority: paths.authority,
    authorityFingerprint: authority.fingerprint256,
    pin,
    pinDigits: pinDigits(pin),
    names: namesOf(certificate),
    expires: new Date(certificate.validTo).toISOString(),
  };
  if (json) {
    io.stdout.write(`${JSON.stringify(facts)}\n`);
    return 0;
  }
  io.stdout.write(
    `Authority    ${facts.authority}\n` +
      `Fingerprint  ${facts.authorityFingerprint}\n` +
      `Pin          ${pin}\n` +
      `For          ${facts.names.join(', ')}\n` +
      `Until        ${facts.expires}\n\n` +
      'A phone or browser that has the authority asks no more. It fetches it here; compare the fingerprint:\n' +
      `${await authorityCode(resolve(folder, '..'))}`,
  );
  return 0;
}

/** The address of the authority's certificate and its QR code; it is served while the instance runs. */
async function authorityCode(dataFolder: string): Promise<string> {
  const file = resolve(dataFolder, 'run/origin');
  if (!existsSync(file)) return '  (start ./apiary up to see its address)\n';
  const url = `${readFileSync(file, 'utf8').trim()}/ca.crt`;
  return `  ${url}\n${await qrText(url, { type: 'utf8' })}\n`;
}
