import { MULTILINE_LINES_MAX } from '@apiary/common/limits.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { multilineOf } from './multiline.ts';

function joinedOf(text: string, option?: string) {
  const lengths = text.match(/[^\n]*\n/g)?.map((line) => line.length) ?? [];
  return { joined: multilineOf(option)?.join(Buffer.from(text, 'latin1'), lengths), lengths };
}

function join(text: string, option?: string): { records: string[]; open: string[] } {
  const { joined, lengths } = joinedOf(text, option);
  let at = 0;
  const all = Array.from(joined?.lengths ?? lengths, (length) => {
    at += length;
    return text.slice(at - length, at - 1);
  });
  const closed = joined?.closed ?? all.length;
  return { records: all.slice(0, closed), open: all.slice(closed) };
}

const BEFORE = '2026-11-20 10:00:00 INFO fine';
const AFTER = '2026-11-20 10:00:02 INFO goes on';

const TRACES = {
  'Java, behind its message': `2026-11-20 10:00:01 WARN it failed
java.lang.IllegalStateException: no: luck
	at com.example.App.run(App.java:10)
	at com.example.App.main(App.java:5) [app.jar:1.0]
	Suppressed: java.io.IOException: close
		at com.example.Res.close(Res.java:3)
	... 3 more
Caused by: java.lang.NullPointerException
	at com.example.App.load(App.java:40)
	... 2 more`,
  'Java, of a thread': `Exception in thread "main" java.lang.RuntimeException: x
	at Main.main(Main.java:3)
Caused by: java.lang.Error: y
	... 1 more`,
  'Python, with a cause, behind its message': `ERROR:root:it failed
Traceback (most recent call last):
  File "/app/a.py", line 3, in <module>
    run()
  File "/app/a.py", line 2, in run
    return 1 / 0
           ~~^~~
ZeroDivisionError: division by zero

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/a.py", line 5, in <module>
    raise KeyError('x')
KeyError: 'x'`,
  'Go, a panic': `panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.f(...)
	/app/main.go:8
main.main()
	/app/main.go:12 +0x1d

goroutine 7 [select]:
net/http.(*persistConn).writeLoop(0xc0000)
	/usr/local/go/src/net/http/transport.go:2400 +0xf2
created by net/http.(*Transport).dialConn
	/usr/local/go/src/net/http/transport.go:1750 +0x173
exit status 2`,
  'Node, uncaught': `/app/index.js:3
    throw new Error('boom');
    ^

Error: boom
    at run (/app/index.js:3:11)
    at Object.<anonymous> (/app/index.js:6:1) {
  code: 'E_BOOM'
}

Node.js v24.1.0`,
  'Node, behind a level': `[error] TypeError: x is not a function
    at handle (/app/server.js:10:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`,
  '.NET': `Unhandled exception. System.InvalidOperationException: outer
 ---> System.ArgumentException: inner
   at App.Inner() in /src/App.cs:line 12
   --- End of inner exception stack trace ---
   at App.Main(String[] args) in /src/App.cs:line 5`,
};

describe('stack traces', () => {
  test.each(Object.entries(TRACES))('%s: one record', (_, trace) => {
    const { records, open } = join(`${BEFORE}\n${trace}\n${AFTER}\n`);
    expect(records).toEqual([BEFORE, trace, AFTER]);
    expect(open).toEqual([]);
  });

  test.each(Object.entries(TRACES))('%s: open while it may go on', (_, trace) => {
    const lines = trace.split('\n');
    for (let count = 1; count <= lines.length; count++) {
      const { records, open } = join(`${BEFORE}\n${lines.slice(0, count).join('\n')}\n`);
      // A message that is no error by its words is not held.
      if (count === 1 && lines[0]?.includes('WARN')) continue;
      if (count === 1 && lines[0]?.startsWith('/app')) expect(open).toEqual([lines[0]]);
      expect(records).toEqual([BEFORE]);
      expect(open.join('\n')).toBe(lines.slice(0, count).join('\n'));
    }
  });

  test.each([
    ['ERROR: it failed', 'suspected'],
    ['java.lang.IllegalStateException: no luck', 'more'],
    ['ERROR: it failed\njava.lang.IllegalStateException: no luck', 'more'],
    ['Exception in thread "main" java.lang.IllegalStateException: no luck', 'more'],
    [`${BEFORE}\n  not of a trace\nfatal: it failed`, 'suspected'],
    ['java.lang.IllegalStateException: no luck\n\tat com.example.App.run(App.java:10)', 'more'],
    ['Traceback (most recent call last):', 'more'],
    ['panic: it failed', 'more'],
  ])('%j is open, and waits for what is %s', (text, waitsFor) => {
    const { joined } = joinedOf(`${text}\n`);
    expect(joined).toMatchObject({ waitsFor });
    expect(joined?.closed).toBeLessThan(joined?.lengths.length ?? 0);
  });

  test('a start pattern waits for more, whatever the line says', () => {
    const { joined } = joinedOf(`${BEFORE} error\n`, '^\\d{4}');
    expect(joined).toMatchObject({ closed: 0, waitsFor: 'more' });
  });

  test('other indented lines, and lines that are like a part of a trace, stay apart', () => {
    const lines = ['key:', '  value: 1', '\ttab', 'Cause', 'at night', 'goroutines: 5', '', '}'];
    expect(join(`${lines.join('\n')}\n`)).toEqual({ records: lines, open: [] });
  });

  test('CRLF makes no difference', () => {
    const trace = TRACES['Python, with a cause, behind its message'].replaceAll('\n', '\r\n');
    const { records } = join(`${BEFORE}\r\n${trace}\r\n${AFTER}\r\n`);
    expect(records).toEqual([`${BEFORE}\r`, `${trace}\r`, `${AFTER}\r`]);
  });

  test('a trace without end is cut', () => {
    const trace = `Error: x\n${'    at f (a.js:1:1)\n'.repeat(2.5 * MULTILINE_LINES_MAX)}`;
    const { records, open } = join(trace);
    expect([...records, ...open].map((each) => each.split('\n').length)).toEqual([
      MULTILINE_LINES_MAX,
      MULTILINE_LINES_MAX,
      MULTILINE_LINES_MAX / 2 + 1,
    ]);
  });

  test('whatever the lines are, every byte is in one record', () => {
    const line = fc.constantFrom(
      ...Object.values(TRACES).flatMap((trace) => trace.split('\n')),
      '',
    );
    const property = fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), (lines) => {
      const { records, open } = join(`${lines.join('\n')}\n`);
      expect([...records, ...open].join('\n')).toBe(lines.join('\n'));
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('the look at a line', () => {
  const continued = ['Caused by: x', 'Suppressed: x', '--- End of x', '---> x', '\tat x'];
  test.each(continued)('joins %j to the line before, amid plain ones', (line) => {
    expect(join(`one\ntwo\n${line}\nthree\nfour\n`).records).toContain(`two\n${line}`);
  });

  const starts = [
    ['Traceback (most recent call last):', '  File "a.py", line 1'],
    ['panic: x', 'goroutine 1 [running]:'],
    ['fatal error: x', 'goroutine 1 [running]:'],
    ['goroutine 1 [running]:', 'main.f(0x1)'],
    ['file:///a.mjs:1', '    at a'],
    ['/a.js:1', '    at a'],
  ] as const;
  test.each(starts)('begins a trace at %j, amid plain ones', (start, next) => {
    const { records, open } = join(`one\n${start}\n${next}\n`);
    expect([...records, ...open]).toEqual(['one', `${start}\n${next}`]);
  });

  test('leaves apart what shares a letter with them, also at the end of the bytes', () => {
    const lines = ['Sep 12 x', 'Sun x', 'Cat x', 'Tue x', 'put x', 'get x', '- x', '-', 'S'];
    expect(join(`${lines.join('\n')}\n`).records).toEqual(lines);
  });
});

describe('a start pattern', () => {
  test('begins a record at each line that matches, and keeps the last one open', () => {
    const text = '[1] a\n  b\nc\n[2] d\n[3] e\nf\n';
    const { records, open } = join(text, '^\\[\\d+\\]');
    expect(records).toEqual(['[1] a\n  b\nc', '[2] d']);
    expect(open).toEqual(['[3] e\nf']);
  });

  test('a hostile one does not stall', () => {
    expect(join(`${'a'.repeat(250)}!\nb\n`, '(a+)+$').records).toEqual([]);
  });

  test('a wrong one is refused', () => {
    expect(() => multilineOf('(')).toThrow(/multiline=\(/);
  });

  test('off leaves lines alone', () => {
    expect(multilineOf('off')).toBeUndefined();
  });
});
