import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import type { AgentTraffic } from '@apiary/common/messages/traffic.ts';
import { describe, expect, test } from '@jest/globals';
import { filtered, fleetRows, orderOf, tagCounts } from './fleet-row.ts';

const agent = (name: string, over: Partial<AgentView> = {}): AgentView => ({
  id: name,
  name,
  fingerprint: `${name}:fp`,
  publicKey: '',
  approval: 'approved',
  facts: {
    hostName: name,
    machineId: '',
    addresses: ['192.0.2.7'],
    system: 'Debian 12',
    architecture: 'x64',
    version: '0.1.0',
    zoneOffsetMinutes: 0,
  },
  tags: [],
  firstSeenMs: 1,
  life: 'alive',
  targets: 1,
  failedTargets: 0,
  ...over,
});

const target = (agentId: string, url: string, tags: string[]): Target => ({
  id: `${agentId} ${url}`,
  url,
  tags,
  history: false,
  agent: agentId,
  createdMs: 1,
  createdBy: 'test',
  status: { state: 'active' },
});

const flow = (name: string, linesPerSecond: number, lagBytes = 0): [string, AgentTraffic] => [
  name,
  { agent: name, linesPerSecond, bytesPerSecond: 0, lagBytes, slotMs: 0, trend: [0] },
];

const everything = { text: '', standing: undefined, tag: undefined };

describe('the fleet', () => {
  const rows = fleetRows(
    [
      agent('calm'),
      agent('loud'),
      agent('late'),
      agent('gone', { life: 'dead', heardMs: 5 }),
      agent('new', { approval: 'pending', life: 'unknown' }),
      agent('old', { approval: 'revoked' }),
      agent('broken', { failedTargets: 1 }),
    ],
    [
      target('loud', 'file:///var/log/nginx/access.log', ['edge', 'prod']),
      target('calm', 'journald:', ['prod']),
    ],
    new Map([flow('loud', 900), flow('calm', 3), flow('late', 5, 2_000_000)]),
  );
  const names = (some: typeof rows) => some.map(({ agent: { name } }) => name);

  test('has what is not well first, then the loudest, and who waits at the end', () => {
    const ids = orderOf(filtered(rows, everything), 'trouble');
    expect(ids).toEqual(['gone', 'late', 'broken', 'loud', 'calm', 'new']);
    expect(orderOf(rows, 'rate').slice(0, 3)).toEqual(['loud', 'late', 'calm']);
    expect(orderOf(rows, 'lag')[0]).toBe('late');
    expect(orderOf(rows, 'name')[0]).toBe('broken');
  });

  test('is narrowed by state, by tag of what is watched, and by words', () => {
    expect(names(filtered(rows, { ...everything, standing: 'late' }))).toEqual(['late']);
    expect(names(filtered(rows, { ...everything, standing: 'revoked' }))).toEqual(['old']);
    expect(names(filtered(rows, { ...everything, tag: 'prod' }))).toEqual(['calm', 'loud']);
    expect(names(filtered(rows, { ...everything, text: 'NGINX' }))).toEqual(['loud']);
    expect(names(filtered(rows, { ...everything, text: 'gone:fp' }))).toEqual(['gone']);
  });

  test('counts its tags', () => {
    expect(tagCounts(rows)).toEqual([
      ['prod', 2],
      ['edge', 1],
    ]);
  });
});
