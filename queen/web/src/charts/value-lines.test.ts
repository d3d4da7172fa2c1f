import { describe, expect, test } from '@jest/globals';
import { mostOf, newestOf, stretchesOf, valueSentence } from './value-lines.ts';

const line = (name: string, ...values: (number | undefined)[]) => ({
  key: name,
  name,
  color: 0,
  values,
});

describe('measured values in words', () => {
  test('are the newest and the most of what was measured', () => {
    const cpu = line('used', undefined, 90, 30, undefined);
    expect([newestOf(cpu), mostOf(cpu)]).toEqual([30, 90]);
    const percent = (value: number) => `${value} %`;
    expect(valueSentence('CPU', [cpu, line('idle', undefined)], percent)).toBe(
      'CPU: used 30 % now, 90 % at most; idle not measured.',
    );
    expect(valueSentence('CPU', [], percent)).toBe('CPU: not measured.');
  });

  test('go on over a slow measurement, and break where it stopped', () => {
    const hole = new Array<undefined>(5).fill(undefined);
    const slow = line('slow', 1, undefined, 2, undefined, undefined, undefined, undefined, 3);
    expect(stretchesOf(slow).map((points) => points.length)).toEqual([3]);
    expect(stretchesOf(line('dead', 1, 2, ...hole, 3))).toEqual([
      [
        { index: 0, value: 1 },
        { index: 1, value: 2 },
      ],
      [{ index: 7, value: 3 }],
    ]);
    expect(stretchesOf(line('never', ...hole))).toEqual([]);
  });
});
