/** How the lines of stack traces look: Java, Python, Node, Go, .NET. */

/** What kind of trace the lines so far are; `plain`: none. */
export type TraceState = 'plain' | 'trace' | 'python' | 'python-end' | 'chain' | 'go' | 'node';

const INDENTED = /^[ \t]+(?:at \S|\.\.\. \d+ (?:more|common)|--- |---> |Suppressed: |Caused by: )/;
const PYTHON_FRAME = /^ +File ".+", line \d+/;
const CAUSE = /^(?:Caused by: |Suppressed: |--- End of |---> )/;
const PYTHON_START = /^(?:Traceback \(most recent call last\):|Exception Group Traceback )/;
const PYTHON_END = /^[A-Za-z_][\w.]*(?:: |:?$)/;
const PYTHON_CHAIN =
  /^(?:During handling of the above exception|The above exception was the direct)/;
const GO_START = /^(?:panic: |fatal error: |goroutine \d+ \[)/;
const GO_LINE = /^(?:goroutine \d+ \[|created by |exit status \d|\[signal |panic: |\t|\S+\(.*\)$)/;
const NODE_START = /^(?:file:\/\/)?\/\S+\.[cm]?[jt]s:\d+$/;
const NODE_LINE = /^(?:\[?[A-Za-z]*Error\b|Uncaught |Thrown at:|Node\.js v\d|\})/;
const AFTER_TRACE = /^(?:\}$|Node\.js v\d)/;
const EXCEPTION = /^[A-Za-z_$][\w$]*(?:\.[\w$]+)+(?:: |$)/;
const SUSPICIOUS = /error|exception|traceback|panic|fatal|critical|severe|throwable/i;

/**
 * What the trace is with this line; undefined if the line does not belong to it.
 *
 * @param afterBlank blank lines stand between
 */
export function continues(
  line: string,
  state: TraceState,
  afterBlank: boolean,
): TraceState | undefined {
  const isIndented = line.startsWith(' ') || line.startsWith('\t');
  if (state === 'plain') return isIndented || CAUSE.test(line) ? opens(line) : undefined;
  if (state === 'python-end') {
    if (PYTHON_CHAIN.test(line)) return 'chain';
    return undefined;
  }
  if (state === 'chain') return PYTHON_START.test(line) ? 'python' : undefined;
  if (state === 'go') return GO_LINE.test(line) ? 'go' : undefined;
  if (state === 'node')
    return (isIndented && !afterBlank) || NODE_LINE.test(line) ? nodeState(line) : undefined;
  if (afterBlank) return state === 'trace' && AFTER_TRACE.test(line) ? 'trace' : undefined;
  if (isIndented) return state;
  if (state === 'python') return PYTHON_END.test(line) ? 'python-end' : undefined;
  return CAUSE.test(line) || AFTER_TRACE.test(line) ? 'trace' : undefined;
}

/** What a record is that begins with this line. */
export function stateOfStart(line: string): TraceState {
  if (PYTHON_START.test(line)) return 'python';
  if (GO_START.test(line)) return 'go';
  if (NODE_START.test(line)) return 'node';
  return 'plain';
}

/** True for `com.example.SomeException: words`, as Java and .NET write it at the head of a trace. */
export function isExceptionLine(line: string): boolean {
  return EXCEPTION.test(line) && /Exception|Error|Throwable/.test(line);
}

/** True for the head of a trace that runtimes write line by line, a system call each: its next line may be late. */
export function beginsTrace(line: string): boolean {
  return line.startsWith('Exception in thread "') || isExceptionLine(line);
}

/** True if a trace often follows such a line. */
export function isSuspicious(line: string): boolean {
  return SUSPICIOUS.test(line);
}

function opens(line: string): TraceState | undefined {
  if (PYTHON_FRAME.test(line)) return 'python';
  return INDENTED.test(line) || CAUSE.test(line) ? 'trace' : undefined;
}

function nodeState(line: string): TraceState {
  return /^[ \t]+at /.test(line) || line.startsWith('Node.js') ? 'trace' : 'node';
}
