/** The starter set on lines as programs write them. */
import { extractFieldValues } from '@apiary/common/query/fields.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { describe, expect, test } from '@jest/globals';
import { STARTER_RULES } from './starter-rules.ts';

function matches(query: string, body: string): boolean {
  const parsed = parseQuery(query);
  if (!parsed.ok) throw new Error(`${query}: ${parsed.error.message}`);
  return compileMatcher(parsed.query, { nowMs: 0 }).matches({
    ...{
      time: 0,
      host: 'web-1',
      agent: 'a',
      target: 't',
      file: 'f',
      tags: [],
      level: 'info',
      body,
    },
    field: (name) => extractFieldValues(body, name),
  });
}

function queryOf(id: string): string {
  const query = STARTER_RULES.find((rule) => rule.id === id)?.query;
  if (query === undefined) throw new Error(`no starter rule ${id}`);
  return query;
}

const ACCESS = '10.0.0.7 - - [20/Nov/2026:14:02:31 +0000] "GET /a HTTP/1.1"';

describe('the starter set', () => {
  test.each([
    ['exception-burst', 'java.lang.NullPointerException: name is null'],
    ['exception-burst', 'Caused by: org.postgresql.util.PSQLException: ERROR'],
    ['exception-burst', 'Exception in thread "main" java.lang.Error'],
    ['exception-burst', 'Traceback (most recent call last):'],
    ['exception-burst', 'Unhandled exception. System.InvalidOperationException: no'],
    ['panic', 'panic: runtime error: index out of range [3] with length 3'],
    ['panic', "thread 'main' panicked at src/main.rs:4:5:"],
    ['panic', 'Kernel panic - not syncing: VFS: Unable to mount root fs'],
    ['out-of-memory', 'Out of memory: Killed process 4711 (java) total-vm:8123456kB'],
    ['out-of-memory', 'nginx invoked oom-killer: gfp_mask=0x100cca'],
    ['out-of-memory', 'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null)'],
    ['out-of-memory', 'java.lang.OutOfMemoryError: Java heap space'],
    ['disk-full', 'write /var/lib/x: no space left on device'],
    ['disk-full', 'Error: ENOSPC: no space left on device, write'],
    ['segfault', 'app[4711]: segfault at 0 ip 00007f sp 00007f error 4 in libc.so'],
    ['segfault', '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0]'],
    ['failed-logins', 'Failed password for invalid user admin from 192.0.2.7 port 4711 ssh2'],
    ['failed-logins', 'pam_unix(sshd:auth): authentication failure; logname= uid=0'],
    ['server-errors', `${ACCESS} 502 157 "-" "curl/8"`],
    ['certificate-expiry', 'x509: certificate has expired or is not yet valid'],
  ])('%s sees: %s', (id, line) => {
    expect(matches(queryOf(id), line)).toBe(true);
  });

  test.each([
    ['exception-burst', 'all requests were served without exceptional delay'],
    ['out-of-memory', 'memory in use: 41 %'],
    ['disk-full', 'disk 41 % full'],
    ['failed-logins', 'Accepted password for ada from 192.0.2.7 port 4711 ssh2'],
    ['server-errors', `${ACCESS} 200 502 "-" "curl/8"`],
  ])('%s passes over: %s', (id, line) => {
    expect(matches(queryOf(id), line)).toBe(false);
  });
});
