/**
 * The one catalogue of operating errors. A programmer's mistake is an `assert`, never an
 * {@link AppError}. `docs/reference/errors.md` is generated from this table.
 */

/** Code → HTTP status, whether trying again can help, and what the person should know. */
export const ERRORS = {
  'request-invalid': [400, false, 'The request does not have the documented shape.'],
  'query-syntax': [400, false, 'The query has a syntax error; the position is in the details.'],
  'signed-out': [401, false, 'Sign in first, or give an API token.'],
  'sign-in-refused': [401, false, 'The name or the password is wrong.'],
  'password-needed': [409, false, 'One-time links ended when the first password was set.'],
  'link-invalid': [401, false, 'The sign-in link was used or is too old: run `./apiary link`.'],
  forbidden: [403, false, 'This account may not do that.'],
  'not-found': [404, false, 'There is no such thing.'],
  conflict: [409, true, 'Somebody else changed it meanwhile; read it again and repeat.'],
  'already-exists': [409, false, 'One of that name exists.'],
  'too-large': [413, false, 'More than the documented limit.'],
  'too-many': [429, true, 'A documented bound is reached; try again later.'],
  'component-missing': [503, true, 'The component that answers this is not running.'],
  'deadline-passed': [504, true, 'No answer within the time allowed.'],
  'bus-closed': [503, true, 'The connection to the broker was closed on purpose.'],
  'bus-lost': [503, true, 'The connection to the broker was lost; it is being re-made.'],
  unroutable: [503, true, 'No queue takes messages of this kind.'],
  'broker-refused': [502, false, 'The broker refused the request; its words are in the message.'],
  'message-invalid': [400, false, 'A message does not have the documented shape.'],
  'signature-invalid': [403, false, 'The signature does not match the sender and the content.'],
  'agent-not-approved': [403, false, 'This Bee is not approved.'],
  'store-in-use': [409, false, 'Another process uses this data folder.'],
  'store-busy': [503, true, 'Another process held the store for too long; try again.'],
  'store-unreachable': [503, true, 'The database server does not answer; it is tried again.'],
  'store-corrupt': [500, false, 'Stored bytes do not match their checksum.'],
  'store-full': [507, true, 'The disk of the store is full; ingest waits until there is room.'],
  'lease-lost': [409, false, 'Another process took over this segment.'],
  'run-differs': [409, false, 'Bytes that were stored under this position differ from these.'],
  'target-invalid': [400, false, 'The target is no URL that this Bee understands.'],
  'target-forbidden': [403, false, 'The owner of the host does not allow this target.'],
  'setting-invalid': [400, false, 'A setting has a value that it cannot have.'],
  'address-forbidden': [403, false, 'The address is private; an admin may allow it in the set-up.'],
  'alert-link-invalid': [410, false, 'This link has expired or is not one of ours.'],
  'port-busy': [409, false, 'The port that was asked for is in use.'],
  'folder-unusable': [500, false, 'The data folder cannot be written.'],
  'not-supported': [501, false, 'This version cannot do that yet.'],
  internal: [500, false, 'Something went wrong inside Apiary; the log has the details.'],
} as const satisfies Record<string, readonly [status: number, retryable: boolean, meaning: string]>;

/** A key of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/** What an {@link AppError} may carry beside its message. */
export interface ErrorOptions {
  readonly cause?: unknown;
  /** Facts for the caller, safe to show: positions, names, limits. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An operating error: something that a correct program meets. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? {};
  }

  /** The HTTP status that says the same. */
  get status(): number {
    return ERRORS[this.code][0];
  }

  /** True if the same request may succeed later. */
  get retryable(): boolean {
    return ERRORS[this.code][1];
  }
}

/** True for a key of the catalogue. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** Anything thrown → an {@link AppError}; foreign errors become `internal` with their cause kept. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError('internal', message, { cause: thrown });
}
