import { describe, expect, it, jest } from '@jest/globals';
import { limitOf } from './rule-limit.ts';

const onChange = jest.fn();

describe('the limit of a rule', () => {
  it('is, of a count, whole and moves what is typed there', () => {
    const limit = limitOf({ type: 'count', count: 10, windowMs: 60_000 }, [3, null], onChange);
    expect(limit).toMatchObject({ value: 10, step: 1, least: 1, isBeyond: true });
    limit?.move?.(7);
    expect(onChange).toHaveBeenLastCalledWith({ count: '7' });
  });

  it('is, of a share, a step at least', () => {
    const condition = { type: 'ratio', of: '*', above: 0.05, windowMs: 60_000 } as const;
    const limit = limitOf(condition, [0.2, 0.01], onChange);
    expect(limit).toMatchObject({ value: 0.05, step: 0.001, least: 0.001, isBeyond: false });
    limit?.move?.(0.1);
    expect(onChange).toHaveBeenLastCalledWith({ value: '0.1' });
  });

  it('is, of a field, on its side, and may be negative', () => {
    const field = { type: 'threshold', field: 'ms', count: 1, windowMs: 60_000 } as const;
    const below = limitOf({ ...field, direction: 'below', value: -4 }, [900, -20], onChange);
    expect(below).toMatchObject({ direction: 'below', step: 10, least: Number.NEGATIVE_INFINITY });
    expect(limitOf({ ...field, direction: 'above', value: 0 }, [], onChange)?.step).toBe(1);
  });

  it('stays where it is without a form', () => {
    expect(limitOf({ type: 'count', count: 10, windowMs: 60_000 }, [3])?.move).toBeUndefined();
  });

  it('is none where nothing is compared', () => {
    expect(limitOf({ type: 'absence', windowMs: 60_000 }, [1], onChange)).toBeUndefined();
    expect(limitOf({ type: 'agent-dead' }, [], onChange)).toBeUndefined();
  });
});
