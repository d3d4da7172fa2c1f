/** How a Bee comes to another machine: what the first screen and `./apiary agents install` show. */
import { z } from 'zod';
import { bare, route } from './route.ts';

/** See each field. */
export const installSchema = z.object({
  /** What root types on a machine to be watched; absent where no machine could follow it. */
  line: z.string().optional(),
  /** What root types there to be rid of it again. */
  uninstall: z.string().optional(),
  /** The broker as a Bee is given it, without an account; `?pin=` says which key it must have. */
  broker: z.string(),
  /** The key of the certificate as `sha256//…`, where it is one that Apiary made or was given. */
  pin: z.string().optional(),
  /** Whether other machines can reach this instance, or this one alone. */
  reach: z.enum(['network', 'machine']),
  /** What to know or to do, in one sentence. */
  hint: z.string(),
});

/** See {@link installSchema}. */
export type Install = z.output<typeof installSchema>;

/** Routes of the installer. */
export const INSTALL_ROUTES = {
  install: route('get', '/api/install', {
    ...bare,
    access: 'viewer',
    summary: 'Tells the line that installs a Bee on another machine',
    response: installSchema,
  }),
} as const;
