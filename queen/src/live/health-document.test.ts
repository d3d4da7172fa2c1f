import type { Vitals } from '@apiary/common/messages/vitals.ts';
import { describe, expect, it } from '@jest/globals';
import { type HealthFacts, healthOf } from './health-document.ts';

const NOW = 1_000_000;

const process = (components: string[], more: Partial<Vitals> = {}): Vitals => ({
  ...{ instance: components.join(), components, version: '1', startedMs: 0, atMs: NOW },
  ...{ residentBytes: 1, cpuShare: 0, queues: [], ...more },
});

const rest = process(['agentmanager', 'agentmonitor', 'pheromone', 'sting', 'queen']);

const facts = (processes: Vitals[], more: Partial<HealthFacts> = {}): HealthFacts => ({
  ...{ now: NOW, processes, rate: undefined, isSettled: true },
  ...{ peak: { most: 0, mostAtMs: 0 }, ...more },
});

describe('the health document', () => {
  it('is well when every component speaks and nothing lags', () => {
    const { health } = healthOf(facts([rest, process(['honeycomb'], { ingest: { lagMs: 40 } })]));
    expect(health).toMatchObject({ well: true, sentences: [], lagMs: 40 });
    expect(health.components).toHaveLength(6);
  });

  it('names a component that nobody runs, but not before it could have spoken', () => {
    const { health } = healthOf(facts([rest]));
    expect(health.well).toBe(false);
    expect(health.sentences[0]).toMatch(/^No honeycomb runs/);
    expect(healthOf(facts([], { isSettled: false })).health.sentences).toEqual([]);
  });

  it('says why ingest stands still, and for how long', () => {
    const stopped = { reason: 'The disk has 3 MB left: free space on it.', sinceMs: NOW - 12_000 };
    const { health } = healthOf(facts([rest, process(['honeycomb'], { ingest: { stopped } })]));
    expect(health.sentences).toEqual([
      'honeycomb has taken nothing in for 12 s: The disk has 3 MB left: free space on it. ' +
        'Lines wait in the broker and at the Bees; none is lost.',
    ]);
    expect(health.components[0]).toMatchObject({ name: 'honeycomb', state: 'late' });
  });

  it('tells which of several honeycombs is late', () => {
    const late = process(['honeycomb'], { instance: 'b', ingest: { lagMs: 2_100 } });
    const { health } = healthOf(facts([rest, process(['honeycomb'], { ingest: {} }), late]));
    expect(health.sentences[0]).toMatch(/^honeycomb 2 of 2 is 2\.1 s behind/);
  });

  it('tells what a commit that does not end is at, and since when its oldest lines wait', () => {
    const uncommitted = { step: 'adding entries', messages: 3, sinceMs: NOW - 35_000 };
    const stuck = process(['honeycomb'], { ingest: { uncommitted } });
    const { health } = healthOf(facts([rest, stuck]));
    expect(health.sentences).toEqual([
      'honeycomb has not stored what came 35 s ago (adding entries; 3 messages wait). ' +
        'Nothing is lost; its log says more.',
    ]);
    expect(health.components[0]).toMatchObject({ name: 'honeycomb', state: 'late' });
    const passing = { ...uncommitted, sinceMs: NOW - 900 };
    const well = process(['honeycomb'], { ingest: { uncommitted: passing } });
    expect(healthOf(facts([rest, well])).health.well).toBe(true);
  });

  it('keeps the fullest that the queue was', () => {
    const honeycomb = (waiting: number) =>
      process(['honeycomb'], { queues: [{ name: 'honeycomb.blocks', waiting }] });
    const first = healthOf(facts([rest, honeycomb(41)]));
    const second = healthOf(facts([rest, honeycomb(3)], { now: NOW + 5, peak: first.peak }));
    expect(second.health.queue).toEqual({ waiting: 3, most: 41, mostAtMs: NOW });
  });

  it('counts what waits for a person and warns of a disk that fills', () => {
    const disk = { freeBytes: 70 * 2 ** 20, totalBytes: 2 ** 30, reserveBytes: 51 * 2 ** 20 };
    const queues = [{ name: 'apiary.dead', waiting: 2 }];
    const { health } = healthOf(facts([{ ...rest, queues }, process(['honeycomb'], { disk })]));
    expect(health.dead).toBe(2);
    expect(health.sentences).toEqual([
      'The disk has 70 MB left of 1,024: free space on it.',
      '2 refused messages wait for a person.',
    ]);
  });
});
