import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../errors.ts';
import { publicKeyFromRaw, signingKeysFromRaw } from '../signature.ts';
import { decodeRuns, encodeRuns } from './codec.ts';
import {
  type DataHeaders,
  decodeDataMessage,
  readDataHeaders,
  signData,
  signedHead,
  verifyData,
} from './message.ts';
import type { Run } from './run.ts';

const { privateKey, publicKey: rawPublicKey } = signingKeysFromRaw(Buffer.alloc(32, 7));
const publicKey = publicKeyFromRaw(rawPublicKey);
const headers: DataHeaders = {
  version: 1,
  agent: 'a'.repeat(32),
  host: 'web-1',
  zone: 60,
  sequence: 5,
};

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof AppError ? error.code : `foreign: ${String(error)}`;
  }
}

describe('the signature of a data message', () => {
  test('holds for what was signed', () => {
    const body = Buffer.from('anything');
    const signed = readDataHeaders({ ...signData(headers, body, privateKey), other: 'ignored' });
    expect(codeOf(() => verifyData(signed, body, publicKey))).toBe('none');
    const stranger = publicKeyFromRaw(signingKeysFromRaw(Buffer.alloc(32, 8)).publicKey);
    expect(codeOf(() => verifyData(signed, body, stranger))).toBe('signature-invalid');
  });

  test('breaks with any changed byte of the body', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (body, at, change) => {
          const signed = signData(headers, body, privateKey);
          const mutated = Uint8Array.from(body);
          mutated[at % body.length] = (body[at % body.length] ?? 0) ^ change;
          expect(codeOf(() => verifyData(signed, mutated, publicKey))).toBe('signature-invalid');
        },
      ),
    );
  });

  test('breaks with any changed header', () => {
    const body = Buffer.from('line\n');
    const signed = signData(headers, body, privateKey);
    const changes = [
      { agent: 'b'.repeat(32) },
      { host: 'web-2' },
      { zone: 0 },
      { sequence: 6 },
      { signature: `A${signed.signature.slice(1, -3)}A==` },
    ];
    for (const change of changes) {
      const code = codeOf(() => verifyData({ ...signed, ...change }, body, publicKey));
      expect(code).toBe('signature-invalid');
    }
  });

  test('does not let a header reach into the next line', () => {
    const signed = signData(headers, Buffer.of(), privateKey);
    const changes = [
      { host: 'web-1\nzone=0' },
      { host: '' },
      { version: 2 },
      { zone: 1.5 },
      { agent: 'x' },
      { signature: 'AAAA' },
      { sequence: -1 },
    ];
    for (const change of changes) {
      expect(codeOf(() => readDataHeaders({ ...signed, ...change }))).toBe('message-invalid');
    }
    expect(codeOf(() => readDataHeaders(undefined))).toBe('message-invalid');
  });
});

describe('the worked example of docs/reference/data-message.md', () => {
  const page = new URL('../../../../docs/reference/data-message.md', import.meta.url);
  const text = readFileSync(page, 'utf8');

  /** The fenced block that follows `<!-- name -->`. */
  function block(name: string): string {
    const found = new RegExp(`<!-- ${name} -->\\s*\`\`\`\\w*\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
    if (found === undefined) throw new Error(`no block ${name}`);
    return found;
  }
  const hex = (name: string) =>
    Buffer.from(block(name).replace(/#.*$/gm, '').replace(/\s/g, ''), 'hex');

  const runs: Run[] = [
    {
      generation: '0123456789abcdef',
      target: 't1',
      file: '/var/log/app.log',
      tags: ['web'],
      from: 300,
      to: 312,
      observed: 1_750_000_000_000,
      startsMidRecord: false,
      endsMidRecord: false,
      history: false,
      data: Buffer.from('hello\nworld\n'),
      sourceLengths: Uint32Array.of(6, 6),
      bodyLengths: undefined,
    },
    {
      generation: 'fedcba9876543210',
      target: 't1',
      file: '/var/log/cut.log',
      tags: [],
      from: 0,
      to: 4099,
      observed: 1_750_000_000_001,
      startsMidRecord: false,
      endsMidRecord: false,
      history: true,
      data: Buffer.from('ok'),
      sourceLengths: Uint32Array.of(4099),
      bodyLengths: Uint32Array.of(2),
    },
  ];
  const example: DataHeaders = {
    version: 1,
    agent: '56475aa75463474c0285df5dbf2bcab7',
    host: 'web-1',
    zone: 120,
    sequence: 42,
  };

  test('has the bytes that the codec makes', () => {
    expect(zstdDecompressSync(encodeRuns(runs)).toString('hex')).toBe(hex('raw').toString('hex'));
    expect(zstdDecompressSync(hex('body')).toString('hex')).toBe(hex('raw').toString('hex'));
  });

  test('decodes to the runs that it describes', () => {
    expect(decodeRuns(hex('body'))).toEqual(
      runs.map((run) => ({ ...run, data: Buffer.from(run.data) })),
    );
    expect(decodeDataMessage(example, hex('body'))).toMatchObject({
      agent: example.agent,
      host: 'web-1',
      zoneOffsetMinutes: 120,
    });
  });

  test('has the digest and the signature', () => {
    const keys = signingKeysFromRaw(hex('seed'));
    const body = hex('body');
    expect(keys.agent).toBe(example.agent);
    expect(signedHead(example).toString()).toBe(block('head'));
    const digest = createHash('sha256').update(signedHead(example)).update(body).digest('hex');
    expect(digest).toBe(hex('digest').toString('hex'));
    const signed = signData(example, body, keys.privateKey);
    expect(signed.signature).toBe(block('signature').trim());
    verifyData(signed, body, publicKeyFromRaw(keys.publicKey));
  });
});
