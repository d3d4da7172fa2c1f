/** Which input reads targets of which scheme. */
import { startCheck } from './check.ts';
import { startDocker } from './docker.ts';
import { FileInput } from './file/file-input.ts';
import { startFluent } from './fluent.ts';
import { startGelfStream, startGelfUdp } from './gelf.ts';
import { startHttp } from './http.ts';
import type { InputFactory } from './input.ts';
import { startJournald } from './journald.ts';
import { startLog4j } from './log4j.ts';
import { startMetrics } from './metrics.ts';
import { startOtlp } from './otlp.ts';
import { SpooledInput, type StartProducer } from './spooled-input.ts';
import { startStdin } from './stdin.ts';
import { startSyslogStream, startSyslogUdp } from './syslog.ts';

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
  'fluent+tls:': spooled(startFluent),
  'gelf+udp:': spooled(startGelfUdp),
  'gelf+tcp:': spooled(startGelfStream),
  'gelf+tls:': spooled(startGelfStream),
  'otlp:': spooled(startOtlp),
  'otlp+tls:': spooled(startOtlp),
  'stdin:': spooled(startStdin),
  'http:': spooled(startHttp),
  'https:': spooled(startHttp),
  'metrics:': spooled(startMetrics),
  'check:': spooled(startCheck),
  'syslog+udp:': spooled(startSyslogUdp),
  'syslog+tcp:': spooled(startSyslogStream),
  'syslog+tls:': spooled(startSyslogStream),
  'log4j:': spooled(startLog4j),
  'log4j+tls:': spooled(startLog4j),
};
