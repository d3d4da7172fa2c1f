import type { CommandEntry } from '../command.ts';

/** Every command of `./apiary`, in the order that `--help` shows them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'up',
    usage: '[--data DIR] [--http-port N] [--amqp-port N]',
    summary: 'runs everything on this machine and prints the address of the web UI',
    load: () => import('./up.ts'),
  },
  {
    name: 'bee',
    usage: '<broker> [--data DIR]',
    summary: 'runs an agent; <broker> is an IP, a host name or an amqp:// URL',
    load: () => import('./bee.ts'),
  },
  {
    name: 'hive',
    usage: '[component …] --broker URL --store sqlite:DIR',
    summary: 'runs components of the Hive',
    load: () => import('./hive.ts'),
  },
  {
    name: 'queen',
    usage: '--broker URL --store sqlite:DIR [--http-port N]',
    summary: 'runs the web front end',
    load: () => import('./queen.ts'),
  },
  {
    name: 'search',
    usage: "'<query>' [--from T] [--to T] [--limit N] [--context N] [--json]",
    summary: 'searches the stored lines',
    load: () => import('./search.ts'),
  },
  {
    name: 'fields',
    usage: "'<query>' [--field NAME] [--from T] [--to T] [--json]",
    summary: 'tells which fields the lines of a search have, and their values',
    load: () => import('./fields.ts'),
  },
  {
    name: 'patterns',
    usage: "'<query>' [--from T] [--to T] [--limit N] [--json]",
    summary: 'tells which patterns the lines of a search follow, the most frequent first',
    load: () => import('./patterns.ts'),
  },
  {
    name: 'tail',
    usage: "'<query>' [--json]",
    summary: 'follows the lines that match, as they arrive',
    load: () => import('./tail.ts'),
  },
  {
    name: 'agents',
    usage:
      '[list | NAME | files NAME [PATH] | suggestions NAME | install | approve NAME… | revoke NAME…] [--json]',
    summary:
      'lists, approves and revokes Bees; shows what one has delivered and what is on its host',
    load: () => import('./agents.ts'),
  },
  {
    name: 'targets',
    usage: 'add --agents all|NAME,… [--tags a,b] [--history] URL… | list | remove ID…',
    summary: 'sets what Bees watch',
    load: () => import('./targets.ts'),
  },
  {
    name: 'alerts',
    usage:
      '[list | show ID | ack ID… | rules | silence … | export | apply FILE | try RULE | remove …]',
    summary: 'shows what fires, and keeps the rules',
    load: () => import('./alerts.ts'),
  },
  {
    name: 'channels',
    usage: '[list | kinds [KIND] | add NAME KIND FIELD=VALUE… | test NAME | remove NAME…]',
    summary: 'sets where alerts go: phones, mail, chat, tickets',
    load: () => import('./channels.ts'),
  },
  {
    name: 'devices',
    usage: '[list [--all] | test ID | remove ID…] [--json]',
    summary: 'lists phones and browsers with what reached them last, tests one, removes them',
    load: () => import('./devices.ts'),
  },
  {
    name: 'deliveries',
    usage: '[list [--state dead] | resend ID…|dead]',
    summary: 'shows what was sent where, and sends again what was given up',
    load: () => import('./deliveries.ts'),
  },
  {
    name: 'import',
    usage: 'FILE… [--host NAME] [--tags a,b] [--json]',
    summary: 'bulk-loads log files (plain, gz, zstd, - for a pipe) and proves what is stored',
    load: () => import('./import.ts'),
  },
  {
    name: 'store',
    usage:
      "stats | check | delete '<query>' [--dry-run] | retention [list | set NAME | remove NAME]",
    summary: 'tells what is stored, checks it, deletes lines for good, sets how long they stay',
    load: () => import('./store.ts'),
  },
  {
    name: 'dead-letters',
    usage: '[list | show ID | requeue ID…|all [--text JSON] | discard ID…|all] [--quarantine]',
    summary: 'shows messages that were put aside, queues them again or discards them',
    load: () => import('./dead-letters.ts'),
  },
  {
    name: 'health',
    usage: '[--json]',
    summary: 'tells how Apiary itself is, and what is not well',
    load: () => import('./health.ts'),
  },
  {
    name: 'link',
    usage: '[--data DIR]',
    summary: 'prints a new one-time sign-in link',
    load: () => import('./link.ts'),
  },
  {
    name: 'users',
    usage: '[list | add NAME [--role ROLE] | role NAME ROLE | password NAME | remove NAME]',
    summary: 'manages people; passwords are asked for, or read from stdin',
    load: () => import('./users.ts'),
  },
  {
    name: 'tokens',
    usage: '[list | add NAME [--role ROLE] [--scopes S,…] [--days N] [--user NAME] | revoke ID…]',
    summary: 'manages API tokens; a new one is shown once',
    load: () => import('./tokens.ts'),
  },
  {
    name: 'sessions',
    usage: '[list | end ID…]',
    summary: 'lists who is signed in, and signs browsers out',
    load: () => import('./sessions.ts'),
  },
  {
    name: 'audit',
    usage: '[--who NAME] [--action NAME] [--limit N] [--json]',
    summary: 'tells who changed what, the newest last',
    load: () => import('./audit.ts'),
  },
  {
    name: 'tls',
    usage: '[renew [--new-key]] [--json]',
    summary: 'shows the certificate of an instance and its authority, and renews it',
    load: () => import('./tls.ts'),
  },
  {
    name: 'test',
    usage: '[path …]',
    summary: 'installs what the tests need and runs them all',
    load: () => import('./test.ts'),
  },
  {
    name: 'bench',
    usage: '[name] [--json] [--write]',
    summary: 'runs a benchmark and prints its table',
    load: () => import('./bench.ts'),
  },
  {
    name: 'chaos',
    usage: '[--rounds N] [--broker embedded|rabbitmq] [--bee]',
    summary: 'kills processes at random under load and counts lost and doubled lines',
    load: () => import('./chaos.ts'),
  },
  {
    name: 'fuzz',
    usage: '[frames|bodies|http|sockets …] [--seconds N] [--seed N]',
    summary: 'attacks an instance with spoilt input and looks whether it stays well',
    load: () => import('./fuzz.ts'),
  },
  {
    name: 'broker',
    usage: 'setup amqp://ADMIN:PASSWORD@HOST | check URL… [--management URL] [--json]',
    summary: 'makes what Apiary needs on a RabbitMQ; looks whether a RabbitMQ is what Apiary needs',
    load: () => import('./broker.ts'),
  },
  {
    name: 'up-plan',
    usage: '',
    summary: 'does what `up` needs before and after its children start',
    internal: true,
    load: () => import('./up-plan.ts'),
  },
  {
    name: 'bundle',
    usage: 'DIR',
    summary: 'bundles the programs and the single-file Bee',
    internal: true,
    load: () => import('./bundle.ts'),
  },
  {
    name: 'docs',
    usage: '[--check]',
    summary: 'generates the reference pages under docs/',
    internal: true,
    load: () => import('./docs.ts'),
  },
  {
    name: 'wasm',
    usage: '',
    summary: 'compiles the loops of hive/assembly',
    internal: true,
    load: () => import('./wasm.ts'),
  },
];
