/** Which input reads targets of which scheme. */
import { FileInput } from './file/file-input.ts';
import type { InputFactory } from './input.ts';

/** Scheme of a target's URL, with its colon → input. */
export const INPUTS: Readonly<Record<string, InputFactory>> = {
  'file:': (context) => new FileInput(context),
};
