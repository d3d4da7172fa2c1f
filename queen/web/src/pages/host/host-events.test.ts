import { describe, expect, test } from '@jest/globals';
import { recordAt } from '../../state/testing.ts';
import { agentEvents, alertEvents, inOrder, ledgerEvents, logEvents } from './host-events.ts';

const agent = {
  id: 'a'.repeat(32),
  name: 'web-1',
  fingerprint: '',
  publicKey: '',
  approval: 'approved' as const,
  facts: {
    hostName: 'web-1',
    machineId: '',
    addresses: [],
    system: 'Debian 12',
    architecture: 'x64',
    version: '0.1.0',
    zoneOffsetMinutes: 0,
  },
  tags: [],
  firstSeenMs: 1_000,
  decidedMs: 5_000,
  decidedBy: 'mira',
  life: 'dead' as const,
  lifeSinceMs: 90_000,
  targets: 0,
  failedTargets: 0,
};

const titles = (events: readonly { readonly title: string }[]) => events.map(({ title }) => title);

describe('what happened to a host', () => {
  test('is told latest first, and once', () => {
    const log = logEvents([
      recordAt(90_400, { body: '{"msg":"agent-dead","level":40}' }),
      recordAt(20_000, { body: '{"msg":"agent-alive","level":30}' }),
      recordAt(10_000, { body: 'no JSON' }),
    ]);
    const all = inOrder(agentEvents(agent), log);
    expect(titles(all)).toEqual(['Not heard any more', 'Heard', 'Approved', 'Joined']);
    expect(all[2]).toMatchObject({ detail: 'by mira' });
  });

  test('includes bytes that are missing, and alerts that name it', () => {
    const problem = {
      kind: 'gap' as const,
      generation: 'g',
      file: '/var/log/app.log',
      bytes: 2_000,
      reason: 'the file went',
      atMs: 3,
    };
    expect(ledgerEvents([problem])).toMatchObject([{ title: '2 kB are missing', kind: 'bad' }]);
    const alert = (group: Record<string, string>) => ({
      id: JSON.stringify(group),
      rule: 'r',
      ruleName: 'Disk',
      severity: 'critical' as const,
      state: 'firing' as const,
      group,
      title: 'Disk almost full',
      text: '',
      lines: [],
      link: '/search',
      value: 1,
      startedMs: 2,
      told: 0,
      updatedMs: 2,
    });
    const alerts = [alert({ host: 'web-1' }), alert({ host: 'web-2' }), alert({})];
    expect(alertEvents(agent, alerts)).toHaveLength(1);
  });
});
