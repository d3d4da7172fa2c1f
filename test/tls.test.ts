import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { brokerUrl } from '@apiary/bee/settings.ts';
import { connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { CertificateFile, type CertificatePair } from '@apiary/common/tls/certificate-file.ts';
import { keyPin, pinDigits } from '@apiary/common/tls/pin.ts';
import { EmbeddedBroker } from '@apiary/hive/broker/testing/embedded.ts';
import { authorityPaths, certify } from '@apiary/queen/tls/authority.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '../scripts/free-ports.ts';

let folder: string;
let pair: CertificatePair;
let authority: string;
let broker: EmbeddedBroker;

const names = ['127.0.0.1'];
const paths = () => authorityPaths(folder);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'apiary-tls-'));
  await certify({ folder, names, nowMs: Date.now() });
  pair = new CertificateFile(paths()).pair;
  authority = readFileSync(paths().authority, 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  broker = await EmbeddedBroker.start({ tls: pair });
});
afterEach(async () => {
  await broker.dispose();
});

const address = (query = '') => `amqps://guest:guest@127.0.0.1:${broker.port}${query}`;

/** Connects once; rejects with the reason when that does not come about. */
async function joinBus(url: string, tls?: { ca: string }): Promise<void> {
  const bus = await connectBus({
    url,
    name: 'test',
    declareTopology: false,
    log: createSilentLogger(),
    connectDeadlineMs: 1_000,
    ...(tls && { tls }),
  });
  expect(bus.state).toBe('connected');
  await bus.close();
}

describe('a broker that speaks TLS', () => {
  it('is known by its pin, in both forms', async () => {
    const pin = keyPin(pair.cert);
    await joinBus(address(`?pin=${pinDigits(pin)}`));
    await joinBus(address(`?pin=${encodeURIComponent(pin)}`));
  });

  it('is known by its authority', async () => {
    await joinBus(address(), { ca: authority });
  });

  it('is refused with another key than the pinned one, and told no credentials', async () => {
    const other = pinDigits(keyPin(pair.cert)).replace(/^../, (two) =>
      two === '00' ? '11' : '00',
    );
    await expect(joinBus(address(`?pin=${other}`))).rejects.toThrow(
      /shows the key sha256.*is pinned/,
    );
    expect(broker.broker.stats().counters.loginsRefused).toBe(0);
    expect(broker.broker.stats().counters.connectionsOpened).toBe(0);
  });

  it('is refused without a pin where nobody knows its authority', async () => {
    await expect(joinBus(address())).rejects.toThrow(/self-signed certificate/);
  });

  it('tells those who come in the clear what to do, and counts them', async () => {
    const plain = address().replace('amqps', 'amqp');
    await expect(joinBus(plain)).rejects.toThrow(/speaks TLS only, use amqps/);
    const { plainRefused, loginsRefused } = broker.broker.stats().counters;
    expect(plainRefused).toBeGreaterThan(0);
    expect(loginsRefused).toBe(0);
    const socket = connectPlain(broker.port, '127.0.0.1');
    socket.write('AMQP\0\0\x09\x01');
    const [words]: Buffer[] = await once(socket, 'data');
    expect(words?.toString('latin1')).toContain('this port speaks TLS only: use amqps://');
    socket.destroy();
  });

  it('counts handshakes that fail, and serves the next one', async () => {
    const socket = connectPlain(broker.port, '127.0.0.1');
    socket.write(Buffer.concat([Buffer.from([22, 3, 1, 0, 5]), Buffer.from('hello')]));
    socket.resume();
    await once(socket, 'close');
    expect(broker.broker.stats().counters.handshakesFailed).toBe(1);
    await joinBus(address(), { ca: authority });
  });

  it('shows a renewed certificate to new connections; the pin stays right', async () => {
    const serial = async () => {
      const socket = connect({ port: broker.port, host: '127.0.0.1', ca: authority });
      await once(socket, 'secureConnect');
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    const before = await serial();
    const file = new CertificateFile(paths());
    const renewed = new Promise<CertificatePair>((resolve, reject) => file.watch(resolve, reject));
    await certify({ folder, names, nowMs: Date.now(), force: 'certificate' });
    broker.broker.renew(await renewed);
    file.close();
    expect(await serial()).not.toBe(before);
    await joinBus(address(`?pin=${pinDigits(keyPin(pair.cert))}`));
  });

  it('ends at once while somebody has not shaken hands', async () => {
    const socket = connectPlain(broker.port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await broker.close();
    await closed;
  });
});

describe('the second port of such a broker', () => {
  it('serves this machine in the clear', async () => {
    const [localPort = 0] = await freePorts(1);
    const second = await EmbeddedBroker.start({ tls: pair, localPort });
    await joinBus(`amqp://guest:guest@127.0.0.1:${localPort}`);
    await second.dispose();
  });
});

describe('the address that a Bee is given', () => {
  it.each([
    'amqp://hive.example?pin=00',
    'amqps://hive.example?pin=00',
    'amqps://hive.example?pin=',
  ])('has no pin like that of %s', (text) => {
    expect(() => brokerUrl(text)).toThrow(/pin= is 64 hexadecimal digits/);
  });
});

describe('a certificate that somebody brings', () => {
  it('is refused with a reason that names the files', async () => {
    const other = mkdtempSync(join(tmpdir(), 'apiary-tls-'));
    await certify({ folder: other, names, nowMs: Date.now() });
    const { cert } = paths();
    const { key } = authorityPaths(other);
    expect(() => new CertificateFile({ cert, key })).toThrow(
      `--tls-key: ${key} is not the key of ${cert}`,
    );
    expect(() => new CertificateFile({ cert, key: '/nowhere' })).toThrow(/\/nowhere.*ENOENT/);
    rmSync(other, { recursive: true });
  });
});
