/** Lines that compress badly: JSON with random ids, an access log, and free text. */
import type { Random } from './random.ts';
import type { Moment } from './sample-lines.ts';

/** Kinds of such lines. */
export const HARD_KINDS = ['json', 'nginx', 'text'] as const;
/** See {@link HARD_KINDS}. */
export type HardKind = (typeof HARD_KINDS)[number];

const SYLLABLES =
  'ka le mi no pu ra se ti vo wa xe yi zo ba ce di fo gu ha je ko lu ma ne pi qu ro sa te vi'.split(
    ' ',
  );
const WORDS = 20_000;
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
  'curl/8.1',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15',
  'kube-probe/1.27',
];
const LEVELS = ['info', 'info', 'info', 'warn', 'error', 'debug'];
const MESSAGES = [
  ...['request completed', 'user logged in', 'cache miss for'],
  ...['slow query on', 'payment accepted', 'retrying job'],
];

/** Makes lines of one kind. */
export function hardStream(kind: HardKind, random: Random): (at: Moment) => string {
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 2 + random.below(3) }, () => random.pick(SYLLABLES)).join(''),
  );
  const word = () => words[Math.floor(random.next() ** 3 * WORDS)] ?? '';
  const logger = () =>
    `${random.pick(['http', 'db', 'auth', 'billing', 'queue'])}.${random.pick(['client', 'server', 'pool'])}`;
  const makers: Readonly<Record<HardKind, (at: Moment) => string>> = {
    json: (at) =>
      JSON.stringify({
        ...{ time: at.iso, level: random.pick(LEVELS), logger: logger() },
        ...{ msg: `${random.pick(MESSAGES)} ${word()}`, trace_id: random.hex(32) },
        ...{ request_id: random.uuid(), user: `${word()}@example.com` },
        duration_ms: Number((random.next() ** 3 * 900).toFixed(2)),
        status: random.pick([200, 200, 200, 404, 500]),
        path: `/api/v1/${random.pick(['users', 'orders', 'items'])}/${word()}/${random.below(1e5)}`,
      }),
    nginx(at) {
      const query = random.next() < 0.5 ? `?q=${word()}&id=${random.below(1e5)}` : '';
      const request = `${random.pick(['GET', 'GET', 'POST', 'PUT'])} /${word()}/${word()}${query}`;
      const user = random.next() < 0.2 ? word() : '-';
      const stamp = `${at.day}/${at.monthName}/${at.year}:${at.clock} +0000`;
      const status = random.pick([200, 200, 200, 304, 404, 502]);
      const from = `https://${word()}.example/${word()}`;
      const sent = random.below(50_000);
      const agent = random.pick(AGENTS);
      return `${random.address()} - ${user} [${stamp}] "${request} HTTP/1.1" ${status} ${sent} "${from}" "${agent}"`;
    },
    text(at) {
      const level = random.pick(['INFO', 'WARN', 'ERROR']);
      const said = Array.from({ length: 6 + random.below(14) }, word).join(' ');
      return `${at.iso} ${level} ${said} ${random.uuid()}`;
    },
  };
  return makers[kind];
}
