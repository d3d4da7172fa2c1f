/** Debian's rsyslog as the reference: imfile → omfile of the same bytes, which neither compresses nor ships. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, residentMb } from './processes.ts';

const LOOK_MS = 100;
/** Longer lines than it takes are split, so the size differs: what grows no more is complete. */
const QUIET_LOOKS = 20;

/** Reads a file once and gives CPU seconds. */
export async function runRsyslog(
  program: string,
  source: string,
  folder: string,
): Promise<{ readonly cpuSeconds: number; readonly residentMb: number; readonly bytes: number }> {
  mkdirSync(folder, { recursive: true });
  const out = join(folder, 'out.log');
  const config = join(folder, 'rsyslog.conf');
  writeFileSync(
    config,
    `global(workDirectory="${folder}")
main_queue(queue.type="direct")
module(load="imfile" mode="inotify")
template(name="raw" type="string" string="%rawmsg%\\n")
input(type="imfile" file="${source}" tag="bench" freshStartTail="off" ruleset="copy")
ruleset(name="copy") { action(type="omfile" file="${out}" template="raw") }
`,
  );
  const child = spawn(program, ['-n', '-f', config, '-i', join(folder, 'pid')], {
    stdio: 'ignore',
  });
  const pid = child.pid ?? 0;
  const wanted = statSync(source).size;
  let bytes = 0;
  let quiet = 0;
  while (bytes < wanted && quiet < QUIET_LOOKS) {
    await sleep(LOOK_MS);
    const now = existsSync(out) ? statSync(out).size : 0;
    quiet = now > 0 && now === bytes ? quiet + 1 : 0;
    bytes = now;
  }
  const result = { cpuSeconds: cpuSeconds(pid), residentMb: residentMb(pid).peak, bytes };
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
  return result;
}
