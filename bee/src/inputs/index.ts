/** Which input reads targets of which scheme. */
import { startCheck } from './check.ts';
import { startDocker } from './docker.ts';
import { FileInput } from './file/file-input.ts';
import { startFluent } from './fluent.ts';
import { startGelfTcp, startGelfUdp } from './gelf.ts';
import { startHttp } from './http.ts';
import type { InputFactory } from './input.ts';
import { startJournald } from './journald.ts';
import { startLog4j } from './log4j.ts';
import { startMetrics } from './metrics.ts';
import { startOtlp } from './otlp.ts';
import { SpooledInput, type StartProducer } from './spooled-input.ts';
import { startStdin } from './stdin.ts';
import { startSyslogTcp, startSyslogTls, startSyslogUdp } from './syslog.ts';

const spooled =
  (start: StartProducer): InputFactory =>
  (context) =>
    new SpooledInput(context, start);

/** Scheme of a target's URL, with its colon → input. */
export const INPUTS: Readonly<Record<string, InputFactory>> = {
  'file:': (context) => new FileInput(context),
  'journald:': spooled(startJournald),
  'docker:': spooled(startDocker),
  'fluent:': spooled(startFluent),
  'gelf+udp:': spooled(startGelfUdp),
  'gelf+tcp:': spooled(startGelfTcp),
  'otlp:': spooled(startOtlp),
  'stdin:': spooled(startStdin),
  'http:': spooled(startHttp),
  'metrics:': spooled(startMetrics),
  'check:': spooled(startCheck),
  'syslog+udp:': spooled(startSyslogUdp),
  'syslog+tcp:': spooled(startSyslogTcp),
  'syslog+tls:': spooled(startSyslogTls),
  'log4j:': spooled(startLog4j),
};
