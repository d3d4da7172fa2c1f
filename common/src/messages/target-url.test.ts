import { describe, expect, test } from '@jest/globals';
import { checkTargetUrl } from './target-url.ts';

describe('the form of a target', () => {
  test.each([
    'file:///var/log/nginx/*.log',
    'file:///var/log/**/[a-z]?.log#1 50%',
    'journald:',
    'docker:',
    'syslog+udp://0.0.0.0:514',
    'fluent://[::1]:24224',
    'check:check_disk',
    'metrics:',
  ])('%s is right', (url) => {
    expect(() => checkTargetUrl(url)).not.toThrow();
  });

  test.each([
    ['/var/log/syslog', 'did you mean file:///var/log/syslog?'],
    ['var/log', 'begins with a scheme'],
    ['file://var/log/syslog', 'expected the form file:///var'],
    ['file:///', 'expected the form'],
    ['file:///var/log/a\nb', 'expected the form'],
    ['ftp://host/x', 'ftp: is no known scheme'],
    ['constructor:x', 'constructor: is no known scheme'],
    ['syslog+udp://0.0.0.0', 'expected the form syslog+udp://0.0.0.0:514'],
    ['check:../../bin/sh', 'expected the form check:check_disk'],
  ])('%s is refused', (url, reason) => {
    expect(() => checkTargetUrl(url)).toThrow(reason);
  });
});
