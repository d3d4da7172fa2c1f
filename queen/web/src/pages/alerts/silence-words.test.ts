import { ruleSchema, type Silence, silenceSchema } from '@apiary/common/messages/alerts.ts';
import { describe, expect, test } from '@jest/globals';
import {
  coveredWords,
  occurrenceWords,
  quietNow,
  recurrenceWords,
  ruleQuietWords,
} from './silence-words.ts';

const at = (day: number, hours: number) => new Date(2026, 10, day, hours).getTime();
const NOW = at(19, 15);

function silence(over: Partial<Silence>): Silence {
  return silenceSchema.parse({
    ...{ id: 's1', fromMs: at(19, 12), untilMs: at(19, 18), createdBy: 'ada', createdMs: 0 },
    ...over,
  });
}

const rule = ruleSchema.parse({
  ...{ id: 'errors', name: 'Errors', groupBy: ['host'] },
  condition: { type: 'count', count: 1, windowMs: 60_000 },
  ...{ createdMs: 0, createdBy: 'ada', updatedMs: 0, updatedBy: 'ada' },
});

describe('silences in words', () => {
  test('name what they cover, also where the rule is gone', () => {
    expect(coveredWords(silence({}), [rule])).toBe('All rules');
    const one = silence({ rule: 'errors', group: { host: 'web-*' } });
    expect(coveredWords(one, [rule])).toBe('Errors, host web-*');
    expect(coveredWords(one, [])).toBe('errors, host web-*');
  });

  test.each([
    [[0, 1, 2, 3, 4, 5, 6], 'every day'],
    [[1, 2, 3, 4, 5], 'Mon to Fri'],
    [[0, 6], 'Sat, Sun'],
    [[5, 1, 3], 'Mon, Wed, Fri'],
  ])('days %j are %s', (days, words) => {
    const recurs = { days, from: '02:00', minutes: 90, zone: 'UTC' };
    expect(recurrenceWords(recurs)).toBe(`${words} at 02:00 for 90 minutes, UTC`);
  });

  test('tell a stretch within a day, and past midnight', () => {
    expect(occurrenceWords({ fromMs: at(20, 2), toMs: at(20, 4) })).toBe(
      'Fri 20 Nov, 02:00 to 04:00',
    );
    expect(occurrenceWords({ fromMs: at(20, 23), toMs: at(21, 1) })).toBe(
      'Fri 20 Nov, 23:00 to Sat 21 Nov, 01:00',
    );
  });

  test.each<[string, Partial<Silence>[], string | undefined]>([
    ['all of it', [{}], 'quiet until 18:00'],
    ['some of it', [{ group: { host: 'web-*' } }], 'host web-* quiet until 18:00'],
    [
      'more of it',
      [{ group: { host: 'a' } }, { group: { host: 'b' }, untilMs: at(20, 8) }],
      'host a quiet until 18:00 and 1 more',
    ],
    ['another rule', [{ rule: 'others' }], undefined],
    ['a field that it has no groups by', [{ group: { code: '5' } }], undefined],
    ['a later time', [{ fromMs: at(19, 16) }], undefined],
  ])('say of a rule that %s is quiet', (_, silences, words) => {
    const quiet = quietNow(silences.map(silence), NOW);
    expect(ruleQuietWords(rule, quiet, NOW)).toBe(words);
  });
});
