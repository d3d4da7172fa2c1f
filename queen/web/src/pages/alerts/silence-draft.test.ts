import { silenceSchema } from '@apiary/common/messages/alerts.ts';
import { describe, expect, test } from '@jest/globals';
import { newSilence, type SilenceDraft, silenceDraftOf, silenceOf } from './silence-draft.ts';

const HOUR = 3_600_000;
/** A Thursday afternoon, wherever this runs. */
const NOW = new Date(2026, 10, 19, 15, 30).getTime();
const at = (day: number, hours: number, minutes = 0) =>
  new Date(2026, 10, day, hours, minutes).getTime();

const made = (change: Partial<SilenceDraft>) =>
  silenceOf({ ...newSilence(NOW, 'Europe/Berlin'), ...change }, NOW);

describe('a silence that is typed', () => {
  test.each([
    [{ time: 'hour' as const }, { untilMs: NOW + HOUR }],
    [{ time: 'hours' as const }, { untilMs: NOW + 4 * HOUR }],
    [{ time: 'morning' as const }, { untilMs: at(20, 8) }],
    [
      { time: 'own' as const, until: '2026-11-19T18:00' },
      { fromMs: NOW, untilMs: at(19, 18) },
    ],
    [
      { time: 'own' as const, from: '2026-11-20T18:00', until: '2026-11-21T06:15' },
      { fromMs: at(20, 18), untilMs: at(21, 6, 15) },
    ],
    [
      {
        ...{ time: 'weekly' as const, days: [6, 0], at: '02:30', length: '90m' },
        ...{ lastDay: '2026-11-30', zone: 'UTC' },
      },
      {
        untilMs: at(31, 0),
        recurs: { days: [0, 6], from: '02:30', minutes: 90, zone: 'UTC' },
      },
    ],
  ])('%j', (change, times) => {
    expect(made(change)).toEqual({ silence: { group: {}, reason: '', ...times } });
  });

  test('covers a rule, and groups by any field', () => {
    const matcher = { rule: 'errors', host: ' web-* ', fields: 'code=5*, path=/a=b ,' };
    expect(made(matcher)).toMatchObject({
      silence: { rule: 'errors', group: { host: 'web-*', code: '5*', path: '/a=b' } },
    });
  });

  test.each<[Partial<SilenceDraft>, keyof SilenceDraft]>([
    [{ fields: 'code' }, 'fields'],
    [{ fields: '=5' }, 'fields'],
    [{ time: 'own', until: '' }, 'until'],
    [{ time: 'own', until: '2026-11-19T15:29' }, 'until'],
    [{ time: 'own', from: '2026-11-21T00:00', until: '2026-11-20T00:00' }, 'until'],
    [{ time: 'weekly', days: [] }, 'days'],
    [{ time: 'weekly', at: '' }, 'at'],
    [{ time: 'weekly', length: '2d' }, 'length'],
    [{ time: 'weekly', length: '30s' }, 'length'],
    [{ time: 'weekly', zone: 'Atlantis' }, 'zone'],
    [{ time: 'weekly', lastDay: '2026-11-18' }, 'lastDay'],
  ])('%j is told at its field', (change, field) => {
    const answer = made(change);
    expect('errors' in answer ? Object.keys(answer.errors) : answer).toEqual([field]);
  });

  test.each([
    { fromMs: at(19, 10), untilMs: at(19, 18) },
    {
      fromMs: at(19, 10),
      untilMs: at(28, 0),
      recurs: { days: [1, 3], from: '23:00', minutes: 120, zone: 'America/New_York' },
    },
  ])('is the same again when it is edited: %j', (times) => {
    const silence = silenceSchema.parse({
      ...{ id: 's1', rule: 'errors', group: { tag: 'web', code: '5*' }, reason: 'upgrade' },
      ...{ createdBy: 'ada', createdMs: NOW, ...times },
    });
    const answer = silenceOf(silenceDraftOf(silence, NOW, 'UTC'), NOW);
    const { createdBy: _by, createdMs: _ms, fromMs, ...own } = silence;
    const expected = times.recurs ? own : { ...own, fromMs };
    expect(answer).toEqual({ silence: expected });
  });
});
