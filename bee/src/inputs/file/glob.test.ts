import { AppError } from '@apiary/common/errors.ts';
import { describe, expect, test } from '@jest/globals';
import { globsOfUrl } from './glob.ts';

/** True if one of the URL's globs names the path, without a file system. */
function names(url: string, path: string): boolean {
  const parts = path.split('/').slice(1);
  return globsOfUrl(url).some((glob) => matches(glob, parts));
}

function matches(glob: ReturnType<typeof globsOfUrl>[number], parts: readonly string[]): boolean {
  const [segment, ...rest] = glob;
  const [part, ...others] = parts;
  if (segment === undefined || part === undefined) return glob.length === parts.length;
  if (segment.kind === 'any-folders') {
    return matches(rest, parts) || (!part.startsWith('.') && matches(glob, others));
  }
  const isMatch = segment.kind === 'name' ? segment.name === part : segment.pattern.test(part);
  return isMatch && matches(rest, others);
}

describe('the glob of a file target', () => {
  test.each([
    ['file:///var/log/syslog', '/var/log/syslog', true],
    ['file:/var/log/syslog', '/var/log/syslog', true],
    ['file://localhost/var/log/syslog', '/var/log/syslog', true],
    ['file:///var/log/*.log', '/var/log/a.log', true],
    ['file:///var/log/*.log', '/var/log/.a.log', false],
    ['file:///var/log/.*.log', '/var/log/.a.log', true],
    ['file:///var/log/*.log', '/var/log/a/b.log', false],
    ['file:///var/log/**/*.log', '/var/log/b.log', true],
    ['file:///var/log/**/*.log', '/var/log/x/y/b.log', true],
    ['file:///var/log/**', '/var/log/x/y', true],
    ['file:///var/log/app.log*', '/var/log/app.log.1', true],
    ['file:///var/log/a?c', '/var/log/abc', true],
    ['file:///var/log/a?c', '/var/log/ac', false],
    ['file:///var/log/[a-c]1', '/var/log/b1', true],
    ['file:///var/log/[!a-c]1', '/var/log/b1', false],
    ['file:///var/log/{a,b{c,d}}.log', '/var/log/bd.log', true],
    ['file:///var/log/{a,b{c,d}}.log', '/var/log/b.log', false],
    ['file:///var/log/{a}.log', '/var/log/{a}.log', true],
    ['file:///var/log/My%20App/x+y(1).log', '/var/log/My App/x+y(1).log', true],
    ['file:///var/log/app%5B1%5D.log', '/var/log/app[1].log', true],
    ['file:///var/log/a%2Ab', '/var/log/a*b', true],
    ['file:///var/log/a%2Ab', '/var/log/axb', false],
    ['file:///var/log/*.žluť', '/var/log/x.žluť', true],
  ])('%s names %s: %s', (url, path, expected) => {
    expect(names(url, path)).toBe(expected);
  });

  test.each([
    'file://relative',
    'file:',
    'http:///x',
    'file:///',
    'file:///a/',
    'file:///a/../b',
    'file:///%zz',
    'file:///a%00b',
  ])('%s is refused with a reason', (url) => {
    let thrown: unknown;
    try {
      globsOfUrl(url);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown).toMatchObject({ code: 'target-invalid' });
  });

  test('does not expand without bound', () => {
    expect(() => globsOfUrl(`file:///${'{a,b}'.repeat(20)}`)).toThrow(/alternatives/);
  });
});
