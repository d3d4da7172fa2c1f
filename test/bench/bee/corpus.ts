/** A log file of any size: lines of real samples (or synthetic ones), numbers varied; same arguments, same bytes. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK_BYTES = 1 << 20;
const SYNTHETIC = [
  '2026-11-20 10:00:00,123 INFO dfs.DataNode: Receiving block blk_8229193803249955061 src: /10.250.14.224:50010',
  'Nov 20 10:00:01 web-1 sshd[24200]: Failed password for invalid user admin from 192.0.2.17 port 39388 ssh2',
  '[Fri Nov 20 10:00:02 2026] [error] [client 192.0.2.54] Directory index forbidden by rule: /var/www/html/',
  '192.0.2.7 - - [20/Nov/2026:10:00:03 +0000] "GET /cart/4711 HTTP/1.1" 200 612 "-" "Mozilla/5.0"',
  '2026-11-20T10:00:04.512Z WARN pool-3-thread-17 c.e.Orders - retrying request 83612 after 250 ms',
];

/** Lines of the samples' folder (`SYSTEM/SYSTEM_2k.log`), or synthetic ones without it. */
function sampleLines(samples: string | undefined): readonly string[] {
  if (samples === undefined) return SYNTHETIC;
  const lines = readdirSync(samples).flatMap((system) => {
    const path = join(samples, system, `${system}_2k.log`);
    return existsSync(path) ? readFileSync(path, 'latin1').split(/\r?\n/) : [];
  });
  return lines.filter((line) => line !== '');
}

/** Writes `bytes` at least, whole lines; gives what was written. */
export function writeCorpus(path: string, bytes: number, samples: string | undefined): number {
  const lines = sampleLines(samples);
  let state = 12_345;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  const fd = openSync(path, 'w');
  let total = 0;
  let text = '';
  for (let n = 0; total < bytes; n++) {
    const line = lines[n % lines.length] ?? '';
    text += `${line.replace(/\d{3,}/g, (digits) => String(random()).slice(-digits.length))}\n`;
    if (text.length < CHUNK_BYTES) continue;
    total += writeSync(fd, text, null, 'latin1');
    text = '';
  }
  closeSync(fd);
  return total;
}
