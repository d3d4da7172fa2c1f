import type { z } from 'zod';
import type { Delivery } from '../bus/bus.ts';
import { AppError } from '../errors.ts';
import { CONTROL_MESSAGE_BYTES_MAX } from '../limits.ts';

/**
 * A control message's body as its schema has it; the signature is the caller's to check.
 *
 * @throws AppError `message-invalid` saying what is wrong where
 */
export function readControl<S extends z.ZodType>(
  { body }: Pick<Delivery, 'body'>,
  schema: S,
): z.output<S> {
  if (body.length > CONTROL_MESSAGE_BYTES_MAX) {
    throw new AppError('message-invalid', `larger than ${CONTROL_MESSAGE_BYTES_MAX} bytes`);
  }
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new AppError('message-invalid', 'no JSON', { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw new AppError('message-invalid', `${where}: ${issue?.message ?? 'invalid'}`);
}
