import { parseQuery } from '@apiary/common/query/parser.ts';
import { describe, expect, test } from '@jest/globals';
import { checkQuery, checksOf, readResult, statusSince } from './host-checks.ts';

const result = (status: string, atMs: number) =>
  readResult(JSON.stringify({ status, output: 'fine', perfdata: { '/': { value: 1 } } }), atMs);

describe('results of checks', () => {
  test('are read from lines; other lines are none', () => {
    expect(result('WARNING', 7)).toMatchObject({ status: 'WARNING', atMs: 7 });
    expect(readResult('{"status":"FINE","output":""}', 1)).toBeUndefined();
    expect(readResult('Jan 1 plain', 1)).toBeUndefined();
  });

  test('say since when their status holds', () => {
    const results = [result('OK', 9), result('OK', 8), result('CRITICAL', 7)].filter(
      (each) => each !== undefined,
    );
    expect(statusSince(results)).toBe(8);
    expect(statusSince(results.slice(0, 2))).toBe(8);
    expect(statusSince([])).toBeUndefined();
  });

  test('are found by the plugin’s name', () => {
    const target = (url: string, state: 'active' | 'failed') => ({
      id: url,
      url,
      tags: [],
      history: false,
      agent: 'a'.repeat(32),
      createdMs: 1,
      createdBy: '',
      status: { state },
    });
    const checks = checksOf([
      target('check:check_disk?interval=5', 'active'),
      target('check:check_disk?interval=x', 'failed'),
      target('check:check_raid', 'failed'),
      target('file:///var/log/check', 'active'),
    ]);
    expect([...checks].map(([name, { status }]) => [name, status.state])).toEqual([
      ['check_disk', 'active'],
      ['check_raid', 'failed'],
    ]);
    for (const query of [checkQuery('a'.repeat(32)), checkQuery('a'.repeat(32), 'check_disk')]) {
      expect(parseQuery(query)).toMatchObject({ ok: true });
    }
  });
});
