import { AppError } from '../errors.ts';

/** How a target's URL of one scheme looks. */
interface TargetScheme {
  readonly form: RegExp;
  readonly example: string;
}

const ADDRESS = /^[a-z0-9+]+:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}\/?(\?.*)?$/;

/** Every scheme that a Bee may know; whether one of this version does, the Bee itself answers. */
const SCHEMES: Readonly<Record<string, TargetScheme>> = {
  file: { form: /^file:\/\/\/[^/].*$/, example: 'file:///var/log/nginx/*.log' },
  journald: { form: /^journald:.*$/, example: 'journald:' },
  docker: { form: /^docker:.*$/, example: 'docker:' },
  'syslog+udp': { form: ADDRESS, example: 'syslog+udp://0.0.0.0:514' },
  'syslog+tcp': { form: ADDRESS, example: 'syslog+tcp://0.0.0.0:514' },
  'syslog+tls': { form: ADDRESS, example: 'syslog+tls://0.0.0.0:6514' },
  log4j: { form: ADDRESS, example: 'log4j://0.0.0.0:4560' },
  'log4j+tls': { form: ADDRESS, example: 'log4j+tls://0.0.0.0:4560' },
  fluent: { form: ADDRESS, example: 'fluent://0.0.0.0:24224' },
  'fluent+tls': { form: ADDRESS, example: 'fluent+tls://0.0.0.0:24224' },
  'gelf+udp': { form: ADDRESS, example: 'gelf+udp://0.0.0.0:12201' },
  'gelf+tcp': { form: ADDRESS, example: 'gelf+tcp://0.0.0.0:12201' },
  'gelf+tls': { form: ADDRESS, example: 'gelf+tls://0.0.0.0:12201' },
  http: { form: ADDRESS, example: 'http://0.0.0.0:8088' },
  https: { form: ADDRESS, example: 'https://0.0.0.0:8088' },
  otlp: { form: ADDRESS, example: 'otlp://0.0.0.0:4318' },
  'otlp+tls': { form: ADDRESS, example: 'otlp+tls://0.0.0.0:4318' },
  stdin: { form: /^stdin:$/, example: 'stdin:' },
  check: { form: /^check:[A-Za-z0-9._-]+(\?.*)?$/, example: 'check:check_disk' },
  metrics: { form: /^metrics:.*$/, example: 'metrics:' },
};

/**
 * Checks the form of a target's URL. Paths of files are taken literally (`?`, `#` and `%` included), with
 * `*`, `**`, `?`, `[…]` as wildcards.
 *
 * @throws AppError `target-invalid` with an example of the right form
 */
export function checkTargetUrl(url: string): void {
  const name = /^([a-z][a-z0-9+]*):/.exec(url)?.[1];
  if (name === undefined) {
    const hint = url.startsWith('/') ? `: did you mean file://${url}?` : '';
    throw new AppError('target-invalid', `a target begins with a scheme such as file:${hint}`);
  }
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  if (!scheme) {
    const known = Object.keys(SCHEMES).join(', ');
    throw new AppError('target-invalid', `${name}: is no known scheme; known are ${known}`);
  }
  if (/\p{Cc}/u.test(url) || !scheme.form.test(url)) {
    throw new AppError('target-invalid', `expected the form ${scheme.example}`);
  }
}
