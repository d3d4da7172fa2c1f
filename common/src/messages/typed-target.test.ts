import { expect, test } from '@jest/globals';
import { checkTargetUrl } from './target-url.ts';
import { typedTargetUrl } from './typed-target.ts';

test.each([
  ['/var/log/app.log', 'file:///var/log/app.log'],
  [' /var/log/**/[a-z]?.log#1 50% ', 'file:///var/log/**/[a-z]?.log#1 50%'],
  ['file:///var/log/app.log', 'file:///var/log/app.log'],
  ['syslog+udp://0.0.0.0:514', 'syslog+udp://0.0.0.0:514'],
  ['journald:', 'journald:'],
])('%j is the target %s', (typed, url) => {
  expect(typedTargetUrl(typed)).toBe(url);
  expect(() => checkTargetUrl(url)).not.toThrow();
});

test.each(['app.log', './app.log', '~/app.log', '*.log', ''])('%j is none', (typed) => {
  expect(typedTargetUrl(typed)).toBeUndefined();
});
