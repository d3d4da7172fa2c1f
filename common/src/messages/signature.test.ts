import { describe, expect, test } from '@jest/globals';
import {
  agentIdOf,
  fingerprintOf,
  generateSigningKeys,
  publicKeyFromRaw,
  rawPrivateKey,
  signControl,
  signingKeysFromRaw,
  signParts,
  verifyControl,
  verifySignature,
} from './signature.ts';

describe('signatures', () => {
  const keys = generateSigningKeys();
  const publicKey = publicKeyFromRaw(keys.publicKey);
  const body = Buffer.from('{"type":"heartbeat"}');

  test('a key goes to its raw bytes and back', () => {
    const again = signingKeysFromRaw(rawPrivateKey(keys.privateKey));
    expect(again.publicKey).toEqual(keys.publicKey);
    expect(again.agent).toBe(keys.agent);
    expect(keys.publicKey.toString('base64')).toHaveLength(44);
  });

  test('the key of RFC 8032 section 7.1 test 1 has the public key given there', () => {
    const raw = Buffer.from(
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'hex',
    );
    expect(signingKeysFromRaw(raw).publicKey.toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
  });

  test('the agent id is 32 hex digits of the hash and the fingerprint its first 8 bytes', () => {
    expect(keys.agent).toBe(agentIdOf(keys.publicKey));
    expect(keys.agent).toMatch(/^[0-9a-f]{32}$/);
    expect(fingerprintOf('4f9c217e00112233445566778899aabb')).toBe('4f:9c:21:7e:00:11:22:33');
  });

  test('parts are signed as one', () => {
    const signature = signParts(keys.privateKey, body.subarray(0, 5), body.subarray(5));
    expect(verifySignature(publicKey, signature, body)).toBe(true);
    expect(verifySignature(publicKey, signature, body, Buffer.from('x'))).toBe(false);
    expect(verifySignature(publicKey, signature.subarray(1), body)).toBe(false);
  });

  test('a control message verifies with its own headers and with no others', () => {
    const headers = signControl(keys, body);
    const sender = { agent: keys.agent, publicKey };
    expect(() => verifyControl(headers, body, sender)).not.toThrow();
    expect(() => verifyControl(headers, Buffer.from('{}'), sender)).toThrow('does not match key');
    expect(() => verifyControl({ ...headers, agent: 'f'.repeat(32) }, body, sender)).toThrow(
      'another agent',
    );
    expect(() => verifyControl({ agent: keys.agent }, body, sender)).toThrow('no signature');
    expect(() => verifyControl({ ...headers, signature: '!' }, body, sender)).toThrow(
      'does not match key',
    );
  });

  test('raw keys of another length are refused', () => {
    expect(() => publicKeyFromRaw(Buffer.alloc(31))).toThrow('32 bytes');
    expect(() => signingKeysFromRaw(Buffer.alloc(33))).toThrow('32 bytes');
  });
});
