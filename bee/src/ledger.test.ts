import { LEDGER_ENTRIES_PER_HEARTBEAT_MAX } from '@apiary/common/limits/ledger.ts';
import { describe, expect, test } from '@jest/globals';
import { Ledger } from './ledger.ts';

const G = '00000000000000aa';
const from = (offset: number) => ({ target: 't', file: '/var/log/app.log', offset });

describe('the ledger', () => {
  test('counts from where reading began, and never sees less than it has read', () => {
    const ledger = new Ledger();
    const entry = ledger.open(G, from(40));
    ledger.countRead(entry, 100, 3);
    ledger.countConfirmed(entry, 70);
    expect(entry).toMatchObject({ from: 40, seen: 100, read: 100, confirmed: 70 });
    expect(ledger.totals).toMatchObject({ linesRead: 3, bytesRead: 60, bytesConfirmed: 30 });
  });

  test('reports what changed, and nothing while nothing does', () => {
    const ledger = new Ledger();
    const entry = ledger.open(G, from(0));
    ledger.open('00000000000000bb', from(0));
    expect(ledger.report()).toMatchObject({ begins: true, entries: [{}, {}] });
    expect(ledger.report()).toBeUndefined();
    ledger.countRead(entry, 10, 1);
    expect(ledger.report()).toMatchObject({
      begins: false,
      entries: [{ generation: G, read: 10 }],
    });
    ledger.tellAll();
    expect(ledger.report()).toMatchObject({ begins: true, entries: [{}, {}] });
  });

  test('an ended generation is told once more, and then forgotten', () => {
    const ledger = new Ledger();
    const entry = ledger.open(G, from(0));
    ledger.report();
    ledger.countLost(entry, 7);
    ledger.close(G);
    expect(ledger.entries()).toEqual([]);
    expect(ledger.report()?.entries).toMatchObject([{ generation: G, ended: true, lost: 7 }]);
    expect(ledger.report()).toBeUndefined();
  });

  test('more than one heartbeat may carry goes with the next ones', () => {
    const ledger = new Ledger();
    const count = LEDGER_ENTRIES_PER_HEARTBEAT_MAX + 1;
    for (let n = 0; n < count; n++) ledger.open(n.toString(16).padStart(16, '0'), from(0));
    expect(ledger.report()?.entries).toHaveLength(LEDGER_ENTRIES_PER_HEARTBEAT_MAX);
    expect(ledger.report()).toMatchObject({ begins: false, entries: [{}] });
    expect(ledger.report()).toBeUndefined();
  });
});
